import { randomBytes } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ChangedFile, leadsOut, PipelineError } from '@trustpub/pipeline'

/**
 * Writes changed files: every text beside its target first, then all of them moved, so that a full disk or a kill in
 * the middle leaves whole files. A link stays one: what it leads to is changed. A file of which nothing is left is removed.
 * @throws PipelineError `file_outside` for a link that leads out of the directory, before anything is written
 */
export async function writeFiles(directory: string, files: readonly ChangedFile[]): Promise<void> {
  for (const { file } of files) {
    if ([file, dirname(file)].some((path) => leadsOut(directory, path)))
      throw new PipelineError('file_outside', { file, reason: '' })
  }
  const written: { readonly from: string; readonly to: string }[] = []
  try {
    for (const { file, after } of files) {
      if (after === undefined) continue
      const path = join(directory, file)
      const to = await realpath(path).catch(() => path)
      const from = `${to}.${randomBytes(4).toString('hex')}.tmp`
      written.push({ from, to })
      await writeFile(from, after, { mode: await modeOf(to) }).catch((error: unknown) => {
        throw named(error, file)
      })
    }
    for (const { from, to } of written) await rename(from, to)
  } catch (error) {
    for (const { from } of written) await rm(from, { force: true })
    throw error
  }
  for (const { file, after } of files) if (after === undefined) await rm(join(directory, file))
}

/** The system names the file beside the target, which nobody knows. */
function named(error: unknown, file: string): unknown {
  if (error instanceof Error && 'code' in error) {
    error.message = `${file} cannot be written (${error.code}); nothing is changed.`
  }
  return error
}

async function modeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? 0o666 : found.mode & 0o777
}
