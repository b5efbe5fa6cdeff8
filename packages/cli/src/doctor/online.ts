import { basename } from 'node:path'
import { Refusal } from '@trustpub/identity'
import {
  hostOf,
  neededPublishers,
  type OnlinePackage,
  PUBLIC,
  type Release,
  type Unknown,
} from '@trustpub/pipeline'
import { UsageError } from '../command.ts'
import { Http } from '../verify/http.ts'
import { askJson, isObject, listIn, objectIn, textIn } from '../verify/json.ts'
import { normalisedName } from '../verify/python-names.ts'
import type { Ask } from './examine.ts'

const MAX_MANIFEST_BYTES = 8 * 1024 * 1024
const MAX_ATTESTATIONS_BYTES = 10 * 1024 * 1024
const MAX_INDEX_BYTES = 64 * 1024 * 1024

/** Enough to be done soon, few enough not to look like an attack. */
const AT_ONCE = 8

const SIMPLE = 'application/vnd.pypi.simple.v1+json'
const SLSA = 'https://slsa.dev/provenance/'

/** Where packages are asked for. */
interface Sources {
  readonly npm: URL
  readonly pypi: URL
}

/**
 * Completes releases with what the registries say of their packages. A registry that cannot be asked is an unknown, and no
 * reason to fail: the repository has been examined all the same.
 * @throws UsageError if the registry is no address
 */
export function online(registry: string | undefined): Ask {
  const sources = sourcesOf(registry)
  // Each is asked for once, although a package may be of two CIs and the repository examined again after --fix.
  const packages = new Map<string, OnlinePackage>()
  const failures = new Map<string, Refusal>()
  return async (release) => {
    const names = [...packagesOf(release)]
    const open = names.filter((name) => !packages.has(name) && !failures.has(name)).reverse()
    const http = new Http(undefined, [500])
    const work = async (): Promise<void> => {
      for (let name = open.pop(); name !== undefined; name = open.pop()) {
        const outage = [...failures].find((failure) => isOutage(failure, name))?.[1]
        if (outage !== undefined) failures.set(name, outage)
        else await ask(name, http)
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    } finally {
      http.close()
    }
    const { pipeline } = release
    const unknowns = [...pipeline.unknowns, ...notCompared(names, failures)]
    return { ...release, pipeline: { ...pipeline, unknowns }, online: { packages } }
  }

  async function ask(name: string, http: Http): Promise<void> {
    try {
      packages.set(name, await askFor(name, sources, http))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      failures.set(name, error)
    }
  }
}

/** Where one package cannot be asked for because nobody answers, others cannot either, and each would take its time. */
function isOutage([failed, { code }]: readonly [string, Refusal], name: string): boolean {
  return (
    ecosystemOf(failed) === ecosystemOf(name) &&
    (code === 'unreachable' || code === 'address_insecure')
  )
}

function ecosystemOf(name: string): string {
  return name.slice(0, name.indexOf(':'))
}

/** One sentence for each ecosystem, with the first reason. */
function notCompared(
  names: readonly string[],
  failures: ReadonlyMap<string, Refusal>,
): readonly Unknown[] {
  return ['npm', 'pypi'].flatMap((ecosystem) => {
    const failed = names.filter((name) => failures.has(name) && ecosystemOf(name) === ecosystem)
    const [first] = failed
    const reason = first === undefined ? undefined : failures.get(first)
    if (first === undefined || reason === undefined) return []
    const who = failed.length === 1 ? first : `${first} and ${failed.length - 1} more`
    const were = failed.length === 1 ? 'was' : 'were'
    return [{ sentence: `${who} ${were} not compared with the registry: ${reason.message}` }]
  })
}

function sourcesOf(registry: string | undefined): Sources {
  if (registry === undefined) {
    return { npm: new URL(PUBLIC.npm), pypi: new URL('https://pypi.org/simple/') }
  }
  if (!/^https?:\/\//.test(registry) || !URL.canParse(registry)) {
    throw new UsageError(`--registry "${registry}" is no address: write https://host/.`)
  }
  const npm = new URL(registry.endsWith('/') ? registry : `${registry}/`)
  return { npm, pypi: new URL('simple/', npm) }
}

/** The packages that go to the public registries. */
function packagesOf(release: Release): ReadonlySet<string> {
  const needed = neededPublishers(release.pipeline)
  const hosts = [PUBLIC.npm, PUBLIC.pypi].map(hostOf)
  return new Set(
    needed.filter(({ registry }) => hosts.includes(hostOf(registry))).map((one) => one.package),
  )
}

function askFor(name: string, sources: Sources, http: Http): Promise<OnlinePackage> {
  const ecosystem = ecosystemOf(name)
  const bare = name.slice(ecosystem.length + 1)
  return ecosystem === 'npm' ? askNpm(bare, sources.npm, http) : askPypi(bare, sources.pypi, http)
}

async function askNpm(name: string, registry: URL, http: Http): Promise<OnlinePackage> {
  const path = encodeURIComponent(name).replace(/^%40/, '@').replace('%2F', '%2f')
  const url = new URL(`${path}/latest`, registry)
  const manifest = await askJson(http, { url, limit: MAX_MANIFEST_BYTES }, [404])
  if (manifest === undefined) return { exists: false }
  const version = textIn(manifest, 'version') ?? ''
  const address = textIn(objectIn(objectIn(manifest, 'dist'), 'attestations'), 'url')
  const base = { exists: true, latest: version }
  if (address === undefined || !URL.canParse(address)) return base
  // Behind a mirror the attestations are at the mirror too.
  const { pathname } = new URL(address)
  const at = new URL(pathname, registry)
  const answer = await askJson(http, { url: at, limit: MAX_ATTESTATIONS_BYTES }, [404])
  const builtBy = listIn(answer ?? {}, 'attestations').flatMap(
    (one) => builderOf(one, version) ?? [],
  )
  return builtBy[0] === undefined ? base : { ...base, builtBy: builtBy[0] }
}

/** The repository and the workflow in a provenance statement. It is compared, not believed, so it is not verified. */
function builderOf(attestation: unknown, version: string): OnlinePackage['builtBy'] {
  if (!isObject(attestation) || !textIn(attestation, 'predicateType')?.startsWith(SLSA))
    return undefined
  const envelope = objectIn(objectIn(attestation, 'bundle'), 'dsseEnvelope')
  const statement = parsed(Buffer.from(textIn(envelope, 'payload') ?? '', 'base64').toString())
  const predicate = objectIn(isObject(statement) ? statement : {}, 'predicate')
  const workflow = objectIn(
    objectIn(objectIn(predicate, 'buildDefinition'), 'externalParameters'),
    'workflow',
  )
  const source = objectIn(objectIn(predicate, 'invocation'), 'configSource')
  const url = textIn(workflow, 'repository') ?? textIn(source, 'uri')?.replace(/^git\+/, '')
  const file = textIn(workflow, 'path') ?? textIn(source, 'entryPoint')
  if (url === undefined || file === undefined || !URL.canParse(url)) return undefined
  const repository = new URL(url).pathname.replace(/^\/|\.git$/g, '')
  return { repository, workflow: file, version }
}

async function askPypi(name: string, index: URL, http: Http): Promise<OnlinePackage> {
  const url = new URL(`${encodeURIComponent(normalisedName(name))}/`, index)
  const page = await askJson(http, { url, accept: SIMPLE, limit: MAX_INDEX_BYTES }, [404])
  if (page === undefined) return { exists: false }
  const files = listIn(page, 'files').filter(isObject)
  const attested = files.findLast((file) => textIn(file, 'provenance') !== undefined)
  const address = attested && textIn(attested, 'provenance')
  if (attested === undefined || address === undefined || !URL.canParse(address, url.href))
    return { exists: true }
  const at = new URL(address, url)
  const answer = await askJson(http, { url: at, limit: MAX_ATTESTATIONS_BYTES }, [404])
  const publishers = listIn(answer ?? {}, 'attestation_bundles')
    .filter(isObject)
    .map((bundle) => objectIn(bundle, 'publisher'))
  const publisher = publishers.find((one) => textIn(one, 'repository') !== undefined)
  const repository = publisher && textIn(publisher, 'repository')
  const workflow =
    publisher && (textIn(publisher, 'workflow') ?? textIn(publisher, 'workflow_filepath'))
  if (repository === undefined || workflow === undefined) return { exists: true }
  const version = basename(textIn(attested, 'filename') ?? '').split('-')[1] ?? ''
  return {
    exists: true,
    builtBy: { repository, workflow, version: version.replace(/\.tar\.gz$/, '') },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
