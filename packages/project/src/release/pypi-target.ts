import { refuse } from '../errors.ts'
import type { PyPiPublishOptions } from '../options/publish.ts'
import { PYPI_UPLOAD, type PypiTarget, plainAddress, TEST_PYPI_UPLOAD } from './targets.ts'

export interface PypiContext {
  /** The project type, for errors. */
  readonly type: string
  /** The name of the distribution. */
  readonly package: string
  readonly releaseEnvironment: string | undefined
}

/**
 * The Python package as targets of the release: PyPI, TestPyPI or both.
 * @throws ProjectError `option_conflict`, `option_invalid`
 */
export function pypiTargets(options: PyPiPublishOptions, context: PypiContext): PypiTarget[] {
  const { type } = context
  const trusted = options.trustedPublishing ?? false
  const url = uploadUrl(type, options.twineRegistryUrl)
  checkOptions(type, options, trusted, url)
  const target = (at: string | undefined): PypiTarget => {
    const test = at === TEST_PYPI_UPLOAD
    return {
      kind: 'pypi',
      job: test ? 'release_testpypi' : 'release_pypi',
      package: context.package,
      url: at,
      trusted,
      attestations: trusted && (options.attestations ?? true),
      usernameSecret: options.twineUsernameSecret ?? 'TWINE_USERNAME',
      passwordSecret: options.twinePasswordSecret ?? 'TWINE_PASSWORD',
      environment:
        options.githubEnvironment ?? context.releaseEnvironment ?? (test ? 'testpypi' : 'pypi'),
      before: options.prePublishSteps ?? [],
      after: options.postPublishSteps ?? [],
    }
  }
  const test = options.testPypi ?? false
  if (test === 'only') return [target(TEST_PYPI_UPLOAD)]
  return test ? [target(TEST_PYPI_UPLOAD), target(url)] : [target(url)]
}

function checkOptions(
  type: string,
  { testPypi, twinePasswordSecret, twineUsernameSecret, attestations }: PyPiPublishOptions,
  trusted: boolean,
  url: string | undefined,
): void {
  if (testPypi !== undefined && typeof testPypi !== 'boolean' && testPypi !== 'only') {
    throw refuse('option_type', {
      type,
      option: 'publishToPypi.testPypi',
      expected: "true, false or 'only'",
      actual: JSON.stringify(testPypi),
    })
  }
  if (testPypi === 'only' && url !== undefined && url !== TEST_PYPI_UPLOAD) {
    throw refuse('option_conflict', {
      type,
      first: "testPypi: 'only'",
      second: `twineRegistryUrl: "${url}"`,
      reason: 'they name two registries, and only one is published to. Keep one of the two.',
    })
  }
  const secret = twinePasswordSecret ?? twineUsernameSecret
  if (trusted && secret !== undefined) {
    throw refuse('option_conflict', {
      type,
      first: 'trustedPublishing',
      second: `the secret ${secret}`,
      reason:
        'clients prefer a stored token, so nobody would notice that trusted publishing fails. Take the secret out, and delete it once a release has worked.',
    })
  }
  if (trusted && url?.includes('.codeartifact.')) {
    throw refuse('option_conflict', {
      type,
      first: 'trustedPublishing',
      second: `twineRegistryUrl: "${url}"`,
      reason: 'AWS CodeArtifact has no trusted publishers.',
    })
  }
  if (!trusted && attestations === true) {
    throw refuse('option_conflict', {
      type,
      first: 'attestations: true',
      second: 'trustedPublishing: false',
      reason: 'PyPI takes attestations only together with trusted publishing.',
    })
  }
}

/** Undefined for PyPI itself. A slash at the end is no matter there and at TestPyPI, but elsewhere it may be. */
function uploadUrl(type: string, given: string | undefined): string | undefined {
  const address = plainAddress(given ?? PYPI_UPLOAD)
  const slashed = address?.replace(/\/?$/, '/')
  if (slashed === PYPI_UPLOAD) return undefined
  if (slashed === TEST_PYPI_UPLOAD) return TEST_PYPI_UPLOAD
  if (address !== undefined) return address
  throw refuse('option_invalid', {
    type,
    option: 'twineRegistryUrl',
    value: given ?? '',
    reason: 'it is no web address.',
  })
}
