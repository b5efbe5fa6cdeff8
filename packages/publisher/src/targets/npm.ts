import { basename, resolve } from 'node:path'
import { identityOf, withProgress } from '../artifact.ts'
import { type Asked, ask, askOnly } from '../ask.ts'
import type { Context } from '../context.ts'
import { refuse } from '../errors.ts'
import { type Answer, jsonOf } from '../http.ts'
import { deriveTag } from '../npm/dist-tag.ts'
import { isObject } from '../npm/manifest.ts'
import { publishDocument } from '../npm/publish-document.ts'
import { isFolder, type NpmArtifact, readFolder, readTarball } from '../npm/read.ts'
import { burn, isFine, saidBy, tokenIn, USER_AGENT } from './answers.ts'
import {
  type ApiToken,
  defineTarget,
  type Place,
  type Presence,
  type Said,
  type Target,
  type TargetOptions,
  type Uploaded,
} from './target.ts'

const ABBREVIATED = 'application/vnd.npm.install-v1+json'

/** Registries that speak npm's protocol: npmjs.com, trustpub, and those that follow npm's exchange. */
export const npm: Target = defineTarget<NpmArtifact>({
  id: 'npm',
  read,
  exchangeKey: ({ registry, name }) => `npm ${registry.origin} ${name}`,
  audience: async ({ registry }) => `npm:${registry.hostname}`,
  exchange,
  lookUp,
  isPublic,
  settle: (artifact, { latest }) => ({
    ...artifact,
    tag: artifact.tag ?? deriveTag(artifact.version, latest),
  }),
  details: ({ tag, access }) =>
    [tag && `tag ${tag}`, access && `access ${access}`].filter(Boolean).join(', '),
  upload,
  revoke,
})

async function read(
  path: string,
  options: TargetOptions,
  temporaryFolder: string,
): Promise<readonly NpmArtifact[]> {
  const npmOptions = { ...options, registry: options.npmRegistry }
  if (await isFolder(path)) {
    return readFolder(resolve(path), npmOptions, temporaryFolder)
  }
  return basename(path).endsWith('.tgz') ? [await readTarball(path, npmOptions)] : []
}

/** `@acme%2fwidget`, as npm writes names in paths. */
function escaped(name: string): string {
  return name.replace('/', '%2f')
}

/** `POST /-/npm/v1/oidc/token/exchange/package/<name>` at the host's root, where npm asks for it. */
async function exchange(
  { registry, name }: Place,
  idToken: () => Promise<string>,
  context: Context,
): Promise<ApiToken | Said> {
  const url = new URL(`/-/npm/v1/oidc/token/exchange/package/${escaped(name)}`, registry)
  const what = `the exchange for ${name}`
  const outgoing = async () => {
    const authorization = `Bearer ${await idToken()}`
    return { method: 'POST' as const, url, headers: { ...COMMON, authorization } }
  }
  const answer = await askOnly({ what, outgoing }, context)
  if (!isFine(answer)) return saidBy(url, answer)
  const token = tokenIn(url, what, answer)
  const expires = jsonOf(answer.text)?.expires
  context.secrets.add(token)
  const expiresAt = typeof expires === 'string' ? new Date(expires) : undefined
  return { text: token, expiresAt }
}

const COMMON = { 'user-agent': USER_AGENT, 'npm-command': 'publish' }

async function lookUp(
  artifact: NpmArtifact,
  token: string | undefined,
  context: Context,
): Promise<Presence> {
  const url = new URL(escaped(artifact.name), artifact.registry)
  const get = (headers: Readonly<Record<string, string>>) => {
    const outgoing = () => ({
      method: 'GET' as const,
      url,
      headers: { ...COMMON, accept: ABBREVIATED, 'cache-control': 'no-cache', ...headers },
    })
    return askOnly({ what: `the versions of ${artifact.name}`, outgoing }, context)
  }
  // A token reads what it may publish, restricted packages too; some registries let tokens of exchanges read nothing.
  const known = await get(token === undefined ? {} : { authorization: `Bearer ${token}` })
  const answer = [401, 403].includes(known.status) ? await get({}) : known
  return presenceOf(artifact, answer, url)
}

function presenceOf(artifact: NpmArtifact, answer: Answer, url: URL): Presence {
  const absent = [401, 403, 404].includes(answer.status)
  if (absent) return { digest: undefined }
  const packument = isFine(answer) ? jsonOf(answer.text) : undefined
  if (packument === undefined) {
    const what = `the versions of ${artifact.name}`
    const reason = 'there is no packument in the answer'
    throw refuse('answer_unusable', { host: url.host, what, status: answer.status, reason })
  }
  const versions = isObject(packument.versions) ? packument.versions : {}
  const tags = isObject(packument['dist-tags']) ? packument['dist-tags'] : {}
  const version = Object.hasOwn(versions, artifact.version) ? versions[artifact.version] : undefined
  return {
    digest: isObject(version) ? digestOf(version, artifact) : undefined,
    latest: typeof tags.latest === 'string' ? tags.latest : undefined,
  }
}

/** Registries of old kept only the SHA-1 digest. */
function digestOf({ dist }: Readonly<Record<string, unknown>>, artifact: NpmArtifact): string {
  const { integrity, shasum } = isObject(dist) ? dist : {}
  const [, sha512] = /(?:^|\s)sha512-([A-Za-z0-9+/=]+)/.exec(String(integrity)) ?? []
  if (sha512 !== undefined) return Buffer.from(sha512, 'base64').toString('hex')
  return shasum === artifact.digests.sha1 ? identityOf(artifact) : `sha1 ${shasum}`
}

/** As npm asks before it makes provenance by itself; a package that is not there yet counts as private. */
async function isPublic(
  { name, registry }: NpmArtifact,
  token: string,
  context: Context,
): Promise<boolean> {
  const url = new URL(`-/package/${escaped(name)}/visibility`, registry)
  const headers = { ...COMMON, authorization: `Bearer ${token}` }
  const outgoing = () => ({ method: 'GET' as const, url, headers })
  const answer = await askOnly({ what: `the visibility of ${name}`, outgoing }, context)
  return isFine(answer) && jsonOf(answer.text)?.public === true
}

async function upload(
  artifact: NpmArtifact,
  token: string,
  { bundle }: { readonly bundle?: { readonly mediaType: string } | undefined },
  { stage = false }: TargetOptions,
  isThere: () => Promise<boolean>,
  context: Context,
): Promise<Uploaded | Said> {
  const { name, version, registry } = artifact
  const url = new URL(stage ? `-/stage/package/${escaped(name)}` : escaped(name), registry)
  const what = `${name}@${version}`
  const document = publishDocument(artifact, bundle)
  const body = withProgress(document, what, context.now, context.progress)
  const headers = {
    ...COMMON,
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  }
  const method = stage ? ('POST' as const) : ('PUT' as const)
  const outgoing = () => ({ method, url, headers, body })
  // A staged version is not shown, so nothing tells whether a lost one arrived: only the registry can know a repetition.
  const answer = await ask({ what, outgoing, alreadyDone: isThere }, context)
  return stage ? staged(url, answer, what) : uploaded(url, answer, isThere)
}

async function uploaded(
  url: URL,
  answer: Asked,
  isThere: () => Promise<boolean>,
): Promise<Uploaded | Said> {
  if (answer === 'already done') return 'already there'
  if (isFine(answer)) return 'uploaded'
  // A first attempt whose answer was lost may have arrived after all.
  return (await isThere()) ? 'already there' : saidBy(url, answer)
}

function staged(url: URL, answer: Asked, what: string): Uploaded | Said {
  if (answer === 'already done') return 'already there'
  if (!isFine(answer)) return saidBy(url, answer)
  const { stageId } = jsonOf(answer.text) ?? {}
  if (typeof stageId === 'string') return { stageId }
  const reason = 'there is no stageId in the answer'
  throw refuse('answer_unusable', { host: url.host, what, status: answer.status, reason })
}

/** trustpub takes tokens back by PyPI's route, npm by that of `npm logout`. */
async function revoke(place: Place, token: string, context: Context): Promise<boolean> {
  if (await burn(place, token, context)) return true
  const url = new URL(`/-/user/token/${encodeURIComponent(token)}`, place.registry)
  const headers = { ...COMMON, authorization: `Bearer ${token}` }
  return context.send({ method: 'DELETE', url, headers }).then(isFine, () => false)
}
