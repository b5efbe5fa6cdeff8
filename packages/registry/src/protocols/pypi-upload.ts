import { Refusal } from '@trustpub/identity'
import { requirePublishAny } from '../domain/access.ts'
import type { PackageName } from '../domain/model.ts'
import { parsePypiName } from '../domain/names.ts'
import { comparePep440, parsePep440 } from '../domain/pep440.ts'
import { publish, type Upload } from '../domain/publish.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { bodyStream } from '../http/body.ts'
import { quoted } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import { verifyPypiAttestations } from './pypi-attestations.ts'
import { type Distribution, storeDistribution, UploadBlobs } from './pypi-distribution.ts'
import { readUploadForm, type UploadForm } from './pypi-form.ts'
import { manifestOf } from './pypi-manifest.ts'

/** `POST /legacy/`: takes one distribution, as twine and uv send it (https://docs.pypi.org/api/upload/). */
export async function uploadDistribution(c: AppContext, registry: Registry): Promise<Response> {
  const { store, config } = registry
  const actor = c.get('actor')
  // Before a byte is taken: whoever may not publish anything must not fill the disk.
  await requirePublishAny(store, actor, 'pypi', config.policy)

  const blobs = new UploadBlobs(registry.blobs)
  try {
    const upload = await receive(c, registry, blobs)
    await c.get('confirmActor')?.()
    const outcome = await publish(store, actor, upload, config.policy)
    if (outcome === 'already there') await blobs.discard()
    return c.text(`${upload.file.filename}: ${outcome}\n`)
  } catch (error) {
    // After anything unexpected the transaction may have been committed all the same; the sweep finds out.
    if (error instanceof Refusal) await blobs.discard()
    throw error
  }
}

async function receive(c: AppContext, registry: Registry, blobs: UploadBlobs): Promise<Upload> {
  const contentType = c.req.header('content-type')
  let distribution: Distribution | undefined
  const form = await readUploadForm(
    bodyStream(c),
    contentType,
    registry.config.maxFileSize,
    async (filename, chunks) => {
      distribution = await storeDistribution(blobs, filename, chunks)
    },
  )
  if (distribution === undefined) throw refuse('body_malformed', { reason: 'it has no file' })
  const { metadata, file } = distribution
  requireUpload(form)
  requireSame(form, distribution)
  const name: PackageName = { ecosystem: 'pypi', ...metadata.name }
  const { sha256 = '' } = file.digests
  const attested =
    form.attestations === undefined
      ? undefined
      : await verifyPypiAttestations(registry, c.get('actor'), form.attestations, {
          name,
          filename: file.filename,
          sha256,
        })
  return {
    name,
    version: metadata.version.normalised,
    manifest: manifestOf(metadata),
    file,
    attested,
    tags: {},
    identity: 'sha256',
    filesPerRelease: 'many',
  }
}

function requireUpload(form: UploadForm): void {
  const { ':action': action, protocol_version: version } = form
  if (action !== 'file_upload') {
    throw refuse('body_malformed', { reason: 'the field :action is not file_upload' })
  }
  if (version !== '1') {
    throw refuse('body_malformed', { reason: 'the field protocol_version is not 1' })
  }
}

/** What the form says of the file must be true. */
function requireSame(form: UploadForm, { metadata, file }: Distribution): void {
  const { name, version, sha256_digest: declared } = form
  if (name === undefined || version === undefined) {
    throw refuse('body_malformed', { reason: 'the fields name and version are needed' })
  }
  const same =
    parsePypiName(name).normalised === metadata.name.normalised &&
    comparePep440(parsePep440(version), metadata.version) === 0
  if (!same) {
    throw refuse('form_mismatch', {
      form: quoted(`${name} ${version}`),
      file: file.filename,
      actual: quoted(`${metadata.name.name} ${metadata.version.normalised}`),
    })
  }
  const actual = file.digests.sha256 ?? ''
  if (declared !== undefined && declared.toLowerCase() !== actual) {
    throw refuse('digest_mismatch', {
      algorithm: 'sha256',
      file: file.filename,
      actual,
      declared: declared.slice(0, actual.length),
    })
  }
}
