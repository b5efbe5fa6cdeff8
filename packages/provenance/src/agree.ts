import { serverOf } from './claims.ts'
import { refuse } from './errors.ts'
import { GITHUB_BUILD_TYPE, GITLAB_BUILD_TYPE } from './provenance.ts'
import type { Signer } from './signer.ts'
import { SLSA_V1, SLSA_V02, type Statement } from './statement.ts'

/** What GitHub's own action for attestations calls the same kind of build. */
const ATTEST_BUILD_TYPE = 'https://actions.github.io/buildtypes/workflow/v1'

/**
 * Refuses provenance that describes another source than the certificate was issued for. A job writes its statement
 * itself, from variables; only the certificate is somebody else's word. Builds of unknown types are not compared.
 * @throws Refusal `provenance_disagrees`
 */
export function requireAgreement({ predicateType, predicate }: Statement, signer: Signer): void {
  const { provider, claims } = signer
  const read = (...path: readonly (string | number)[]) => member(predicate, path)
  const server = provider === undefined ? '' : serverOf(provider, signer.issuer)
  const compared: [field: string, said: string, certified: unknown][] = []
  if (predicateType === SLSA_V1 && provider === 'github') {
    const type = read('buildDefinition', 'buildType')
    if (type !== GITHUB_BUILD_TYPE && type !== ATTEST_BUILD_TYPE) return
    const workflow = (name: string) =>
      read('buildDefinition', 'externalParameters', 'workflow', name)
    const source = read('buildDefinition', 'resolvedDependencies', 0, 'digest', 'gitCommit')
    const file = `${workflow('repository')}/${workflow('path')}@${workflow('ref')}`
    compared.push(['workflow', file, `${server}${claims.workflow_ref}`])
    compared.push(['commit', source, claims.sha])
  }
  if (predicateType === SLSA_V02 && provider === 'gitlab') {
    if (read('buildType') !== GITLAB_BUILD_TYPE) return
    const source = (...path: string[]) => read('invocation', 'configSource', ...path)
    compared.push(['project', source('uri'), `git+${server}${claims.project_path}`])
    compared.push(['commit', source('digest', 'sha1'), claims.sha])
  }
  for (const [field, said, certified] of compared) {
    if (said !== '' && said === certified) continue
    const values = {
      field,
      statement: said.slice(0, 300),
      certificate: `${certified ?? 'nothing'}`,
    }
    throw refuse('provenance_disagrees', values)
  }
}

/** The text at a path inside the predicate; empty if there is none. */
function member(value: unknown, [name, ...rest]: readonly (string | number)[]): string {
  if (name === undefined) return typeof value === 'string' ? value : ''
  const object = typeof value === 'object' && value !== null ? value : {}
  return Object.hasOwn(object, name) ? member((object as Record<string, unknown>)[name], rest) : ''
}
