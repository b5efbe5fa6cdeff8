import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { PROVIDERS } from '@trustpub/identity'
import { pypiPublishStatement, SIGSTORE_AUDIENCE, sign, toAttestation } from '@trustpub/provenance'
import type { Play } from './client.ts'

/** What pypa/gh-action-pypi-publish attests: wheels and source distributions. */
const DISTRIBUTION = /\.(?:whl|tar\.gz|zip)$/

/**
 * Signs for the distributions that `args` name, as pypa/gh-action-pypi-publish does: one publish attestation beside each
 * (https://docs.pypi.org/attestations/publish/v1/), with the job's own identity.
 * @returns the files that were written; none for a job that gets no ID token, where the exchange tells why
 */
export async function attestDistributions(
  { directory, env, stage }: Play,
  args: readonly string[],
): Promise<string[]> {
  const provider = PROVIDERS.find((each) => each.detect(env).found)
  if (provider === undefined) return []
  const written: string[] = []
  for (const path of await distributionsIn(directory, args)) {
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    const bundle = await sign(pypiPublishStatement({ filename: basename(path), sha256 }), {
      identityToken: () => provider.requestIdToken(env, SIGSTORE_AUDIENCE, fetch),
      services: { fulcio: stage.sigstore.url, rekor: stage.sigstore.url },
    })
    const file = `${path}.publish.attestation`
    await writeFile(file, JSON.stringify(toAttestation(bundle)))
    written.push(file)
  }
  return written
}

/** The action takes whole folders: `dist/*`. */
async function distributionsIn(directory: string, args: readonly string[]): Promise<string[]> {
  const folders = args
    .filter((arg) => arg.endsWith('/*'))
    .map((arg) => resolve(directory, dirname(arg)))
  const listed = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => [])).map((name) => join(folder, name)),
    ),
  )
  return listed.flat().filter((path) => DISTRIBUTION.test(path))
}
