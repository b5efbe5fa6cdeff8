import {
  type Access,
  NPMJS,
  PYPI,
  type SigningChoice,
  TESTPYPI,
  type When,
} from '@trustpub/publisher'
import { type Arguments, UsageError } from '../command.ts'

const WHEN: readonly When[] = ['auto', 'always', 'never']
const ACCESS: readonly Access[] = ['public', 'restricted']

/** A value that must be one of some. */
function choiceOf<Choice extends string>(
  args: Arguments,
  option: string,
  choices: readonly Choice[],
): Choice | undefined {
  const given = args.text(option)
  const choice = choices.find((candidate) => candidate === given)
  if (given === undefined || choice !== undefined) return choice
  throw new UsageError(`--${option} must be ${choices.join(' or ')}, not "${given}".`)
}

export function readAccess(args: Arguments): Access | undefined {
  return choiceOf(args, 'access', ACCESS)
}

/** Where npm packages and distributions go; undefined where nothing was said. */
export function readRegistries(args: Arguments): {
  readonly npmRegistry: URL | undefined
  readonly pypiRegistry: URL | undefined
} {
  const both = args.text('registry')
  const [npm, pypi] = [args.text('npm-registry') ?? both, args.text('pypi-registry') ?? both]
  return {
    npmRegistry: npm === undefined ? undefined : npmRegistry(npm),
    pypiRegistry: pypi === undefined ? undefined : pypiRegistry(pypi),
  }
}

/** An npm registry by its address; `npm` is npmjs.com. */
export function npmRegistry(text: string): URL {
  return text === 'npm' ? NPMJS : withSlash(addressOf(text))
}

/** A Python index by its upload address; of a trustpub registry the address alone will do. */
export function pypiRegistry(text: string): URL {
  if (text === 'pypi') return PYPI
  if (text === 'testpypi') return TESTPYPI
  const url = withSlash(addressOf(text))
  return url.pathname === '/' ? new URL('legacy/', url) : url
}

function addressOf(text: string): URL {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) {
    const url = new URL(text)
    if (url.username === '' && url.password === '') return url
    throw new UsageError(`The address of ${url.host} has a password in it; leave that out.`)
  }
  throw new UsageError(
    `"${text}" is no registry: give npm, pypi, testpypi, or an address that begins with https://.`,
  )
}

function withSlash(url: URL): URL {
  return new URL(url.pathname.endsWith('/') ? url : `${url.href}/`)
}

/** What is signed, and by which Sigstore; the addresses may come from TRUSTPUB_FULCIO and the like. */
export function readSigning(args: Arguments): SigningChoice {
  return {
    provenance: choiceOf(args, 'provenance', WHEN) ?? 'auto',
    attestations: choiceOf(args, 'attestations', WHEN) ?? 'auto',
    services: readServices(args),
  }
}

function readServices(args: Arguments): SigningChoice['services'] {
  const [fulcio, rekor, tsa] = ['fulcio', 'rekor', 'tsa'].map((option) => {
    const text = args.text(option) ?? process.env[`TRUSTPUB_${option.toUpperCase()}`]
    return text === undefined || text === '' ? undefined : addressOf(text).href.replace(/\/$/, '')
  })
  if (fulcio === undefined && rekor === undefined && tsa === undefined) return undefined
  if (fulcio === undefined || rekor === undefined) {
    throw new UsageError('--fulcio and --rekor go together: a Sigstore has both.')
  }
  return { fulcio, rekor, ...(tsa === undefined ? {} : { tsa }) }
}
