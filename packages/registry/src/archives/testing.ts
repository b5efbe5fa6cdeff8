import { gzipSync } from 'node:zlib'
import { packTar, type TarHeader } from 'modern-tar'
import { InvalidUpload, type UploadProblem } from '../invalid-upload.ts'
import type { ArchiveInspector } from './tar-gz.ts'

export type TestFile = readonly [name: string, body: string | Buffer, header?: Partial<TarHeader>]

/** An uncompressed tar archive. */
export async function tarOf(files: readonly TestFile[]): Promise<Buffer> {
  const entries = files.map(([name, text, header]) => {
    const body = Buffer.from(text)
    return { header: { name, size: body.length, mtime: new Date(0), ...header }, body }
  })
  return Buffer.from(await packTar(entries))
}

export async function tarGzOf(files: readonly TestFile[]): Promise<Buffer> {
  return gzipSync(await tarOf(files))
}

/** Feeds the bytes in chunks of the given size. */
export async function inspect<T>(by: ArchiveInspector<T>, bytes: Buffer, size = 65536): Promise<T> {
  for (let at = 0; at < bytes.length; at += size) await by.write(bytes.subarray(at, at + size))
  return by.end()
}

/** The refusal that the work ends in. */
export async function refusalOf(
  work: () => unknown,
): Promise<{ code: UploadProblem; message: string }> {
  try {
    await work()
  } catch (error) {
    if (error instanceof InvalidUpload) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('Nothing was refused.')
}
