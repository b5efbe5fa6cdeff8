import type { IdTokenAccess, Permissions } from '../job.ts'
import type { Place } from '../place.ts'
import { child, entriesOf, isMap, spell, type Tree, textOf } from '../yaml/tree.ts'
import type { JobSite, Level } from './calls.ts'

/**
 * Tells whether a job gets ID tokens (docs, "Workflow syntax", `permissions`; "Reusing workflow configurations").
 * A job's `permissions` replace the workflow's; without either, id-token is none; a called workflow gets at
 * most what the calling job has.
 */
export function idTokenAccess({ callers, own }: JobSite): IdTokenAccess {
  let granting: Grant | undefined
  for (const level of [...callers, own]) {
    // A called workflow that says nothing has what its caller has.
    granting = grantOf(level) ?? granting
    if (granting?.granted !== true) return refused(level, own, granting)
  }
  if (granting === undefined) return refused(own, own, undefined)
  const reason = `Job "${own.id}" gets ID tokens: \`id-token: write\` is granted by the permissions at ${spell(granting.place)}.`
  return { granted: true, reason, place: granting.place, variables: [] }
}

/** What GitHub's own token may do in a job: the innermost permissions that are written. */
export function permissionsOf({ callers, own }: JobSite): Permissions {
  for (const level of [own, ...callers.toReversed()]) {
    const ofJob = written(level.job)
    const found = ofJob ?? written(level.workflow.tree)
    if (found === undefined) continue
    const from = level !== own ? 'caller' : ofJob === undefined ? 'workflow' : 'job'
    const all = /^(read|write)-all$/.exec(textOf(found) ?? '')?.[1]
    const scopes = entriesOf(found).map(([name, value]) => [name, accessOf(textOf(value))] as const)
    return {
      from,
      scopes: new Map(scopes),
      place: found.place,
      ...((all === 'read' || all === 'write') && { all }),
    }
  }
  return { from: 'default', scopes: new Map() }
}

/** What a scope of a `permissions:` block is given. */
export function accessOf(text: string | undefined): 'read' | 'write' | 'none' {
  return text === 'read' || text === 'write' ? text : 'none'
}

function refused(level: Level, own: Level, grant: Grant | undefined): IdTokenAccess {
  const why = grant === undefined ? nowhere(level) : lacking(level, grant)
  const place = grant?.place ?? level.job.place
  if (level === own) return { granted: false, reason: why, place, variables: [] }
  const refusal = grantOf(own)?.granted
    ? ', and GitHub refuses to start a run that asks for more'
    : ''
  const capped = `${why} The workflow that it calls, with job "${own.id}", can get no more than that${refusal}.`
  return { granted: false, reason: capped, place, variables: [] }
}

interface Grant {
  readonly granted: boolean
  readonly place: Place
  readonly of: 'job' | 'workflow'
  readonly written: Tree
}

function grantOf({ job, workflow }: Level): Grant | undefined {
  const ofJob = written(job)
  if (ofJob !== undefined) return grant(ofJob, 'job')
  const ofWorkflow = written(workflow.tree)
  return ofWorkflow && grant(ofWorkflow, 'workflow')
}

/** The `permissions:` of a job or a workflow: an empty one says nothing; `{}` says none. */
export function written(tree: Tree): Tree | undefined {
  const permissions = child(tree, 'permissions')
  return permissions?.value === null ? undefined : permissions
}

function grant(permissions: Tree, of: 'job' | 'workflow'): Grant {
  const idToken = child(permissions, 'id-token')
  const granted = textOf(permissions) === 'write-all' || textOf(idToken) === 'write'
  return { granted, place: idToken?.place ?? permissions.place, of, written: permissions }
}

function nowhere({ id, job }: Level): string {
  return `Nothing grants \`id-token: write\` to job "${id}" (${spell(job.place)}), and GitHub never grants it by itself: add \`permissions:\` with \`contents: read\` and \`id-token: write\` to the job.`
}

function lacking(level: Level, { of, place, written: permissions }: Grant): string {
  const where = `the permissions of ${of === 'job' ? `job "${level.id}"` : 'the workflow'} at ${spell(place)}`
  const replaces =
    of === 'job' && grantsIdToken(level.workflow.tree)
      ? ' and replace those of the workflow entirely, which would grant it'
      : ''
  const all = textOf(permissions)
  if (all !== undefined) {
    return `Job "${level.id}" gets no ID token: ${where} are \`${all}\`, which does not include it${replaces}; write \`contents: read\` and \`id-token: write\` there instead.`
  }
  const set = textOf(child(permissions, 'id-token'))
  if (set !== undefined) {
    return `Job "${level.id}" gets no ID token: ${where} say \`id-token: ${set}\`${replaces}; write \`id-token: write\`.`
  }
  return `Job "${level.id}" gets no ID token: ${where} do not list \`id-token\`, so it is none${replaces ? `,${replaces}` : ''}; add \`id-token: write\` there.`
}

function grantsIdToken(tree: Tree): boolean {
  const permissions = written(tree)
  if (permissions === undefined) return false
  return isMap(permissions)
    ? textOf(child(permissions, 'id-token')) === 'write'
    : textOf(permissions) === 'write-all'
}
