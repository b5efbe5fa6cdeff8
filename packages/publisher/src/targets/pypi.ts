import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { withProgress } from '../artifact.ts'
import { ask, askOnly } from '../ask.ts'
import type { Context } from '../context.ts'
import { refuse } from '../errors.ts'
import { bodyOf, jsonOf } from '../http.ts'
import { isFolder } from '../npm/read.ts'
import { requireOwnAudience } from '../pypi/audience.ts'
import { uploadForm } from '../pypi/form.ts'
import { normalisedName } from '../pypi/metadata.ts'
import {
  isDistribution,
  PYPI,
  type PypiArtifact,
  readDistribution,
  TESTPYPI,
} from '../pypi/read.ts'
import { burn, isFine, saidBy, tokenIn, USER_AGENT } from './answers.ts'
import {
  type ApiToken,
  defineTarget,
  type Extras,
  type Place,
  type Presence,
  type Said,
  type Target,
  type TargetOptions,
  type Uploaded,
} from './target.ts'

const SIMPLE_JSON = 'application/vnd.pypi.simple.v1+json'
const COMMON = { 'user-agent': USER_AGENT }

/** Python indexes that take legacy uploads and exchange ID tokens as PyPI does. */
export const pypi: Target = defineTarget<PypiArtifact>({
  id: 'pypi',
  read,
  // One token is good for all projects of the publishers that fit.
  exchangeKey: ({ registry }) => `pypi ${registry.origin}`,
  audience,
  exchange,
  lookUp,
  isPublic: async ({ registry }) => [PYPI.host, TESTPYPI.host].includes(registry.host),
  settle: (artifact) => artifact,
  details: () => '',
  upload,
  revoke: burn,
})

async function read(path: string, options: TargetOptions): Promise<readonly PypiArtifact[]> {
  const registry = options.pypiRegistry ?? PYPI
  const files = (await isFolder(path))
    ? (await readdir(path)).sort().map((file) => join(path, file))
    : [path]
  const artifacts: PypiArtifact[] = []
  for (const file of files.filter((name) => isDistribution(basename(name)))) {
    artifacts.push(await readDistribution(file, registry))
  }
  // pip takes the wheel of a version, so it comes first: between the two uploads nobody builds from source.
  return artifacts.sort((a, b) => Number(a.kind === 'sdist') - Number(b.kind === 'sdist'))
}

/** `GET /_/oidc/audience` (https://docs.pypi.org/trusted-publishers/internals/). */
async function audience({ registry }: Place, context: Context): Promise<string> {
  const url = new URL('/_/oidc/audience', registry)
  const what = 'the audience of its ID tokens'
  const outgoing = () => ({ method: 'GET' as const, url, headers: COMMON })
  const answer = await askOnly({ what, outgoing }, context)
  const found = isFine(answer) ? jsonOf(answer.text)?.audience : undefined
  if (typeof found === 'string' && found !== '') {
    requireOwnAudience(registry, found)
    return found
  }
  const reason =
    answer.status === 403
      ? 'it has trusted publishing switched off'
      : 'it does not offer trusted publishing'
  throw refuse('answer_unusable', { host: url.host, what, status: answer.status, reason })
}

/** `POST /_/oidc/mint-token` */
async function exchange(
  { registry }: Place,
  idToken: () => Promise<string>,
  context: Context,
): Promise<ApiToken | Said> {
  const url = new URL('/_/oidc/mint-token', registry)
  const what = 'the exchange'
  const headers = { ...COMMON, 'content-type': 'application/json' }
  const outgoing = async () => {
    const body = bodyOf(JSON.stringify({ token: await idToken() }))
    return { method: 'POST' as const, url, headers, body }
  }
  const answer = await askOnly({ what, outgoing }, context)
  if (!isFine(answer)) return saidBy(url, answer)
  const token = tokenIn(url, what, answer)
  const expires = jsonOf(answer.text)?.expires
  context.secrets.add(token)
  const expiresAt = typeof expires === 'number' ? new Date(expires * 1000) : undefined
  return { text: token, expiresAt }
}

/** Where the index lists its files: PyPI's uploads have a host of their own, others list beside the upload address. */
export function simpleIndex(upload: URL): URL {
  if (upload.hostname === PYPI.hostname) return new URL('https://pypi.org/simple/')
  const path = upload.pathname.replace(/\/?(?:legacy\/?)?$/, '/simple/')
  return new URL(path, upload)
}

async function lookUp(
  artifact: PypiArtifact,
  token: string | undefined,
  context: Context,
): Promise<Presence> {
  const url = new URL(`${normalisedName(artifact.name)}/`, simpleIndex(artifact.registry))
  const what = `the files of ${artifact.name}`
  const get = (headers: Readonly<Record<string, string>>) => {
    const all = { ...COMMON, accept: SIMPLE_JSON, 'cache-control': 'no-cache', ...headers }
    return askOnly(
      { what, outgoing: () => ({ method: 'GET' as const, url, headers: all }) },
      context,
    )
  }
  // A token is sent nowhere but to the host that made it; PyPI lists its files elsewhere, to everybody.
  const isHome = token !== undefined && url.origin === artifact.registry.origin
  const known = await get(isHome ? { authorization: basic(token) } : {})
  const answer = [401, 403].includes(known.status) ? await get({}) : known
  if ([401, 403, 404].includes(answer.status)) return { digest: undefined }
  const files = isFine(answer) ? jsonOf(answer.text)?.files : undefined
  if (!Array.isArray(files)) {
    const reason = 'there is no list of files in the answer'
    throw refuse('answer_unusable', { host: url.host, what, status: answer.status, reason })
  }
  return { digest: digestIn(files, artifact.filename) }
}

interface ListedFile {
  readonly filename?: unknown
  readonly hashes?: { readonly sha256?: unknown }
}

function digestIn(files: readonly (ListedFile | null)[], filename: string): string | undefined {
  const file = files.find((candidate) => candidate?.filename === filename)
  if (file === undefined || file === null) return undefined
  const sha256 = file.hashes?.sha256
  return typeof sha256 === 'string' ? sha256 : 'unknown'
}

async function upload(
  artifact: PypiArtifact,
  token: string,
  { attestations = [] }: Extras,
  _options: TargetOptions,
  isThere: () => Promise<boolean>,
  context: Context,
): Promise<Uploaded | Said> {
  const { registry: url, filename: what } = artifact
  const form = uploadForm(artifact, attestations)
  const headers = {
    ...COMMON,
    authorization: basic(token),
    'content-type': form.contentType,
    accept: 'application/json, text/plain, text/html',
  }
  const body = withProgress(form.body, what, context.now, context.progress)
  const outgoing = () => ({ method: 'POST' as const, url, headers, body })
  const answer = await ask({ what, outgoing, alreadyDone: isThere }, context)
  if (answer === 'already done') return 'already there'
  if (isFine(answer)) return 'uploaded'
  // A first attempt whose answer was lost may have arrived after all.
  return (await isThere()) ? 'already there' : saidBy(url, answer)
}

function basic(token: string): string {
  return `Basic ${Buffer.from(`__token__:${token}`).toString('base64')}`
}
