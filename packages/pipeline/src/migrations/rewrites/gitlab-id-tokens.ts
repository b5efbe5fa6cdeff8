import { sharingIdToken } from '../../checks/gitlab-one-exchange.ts'
import { readsVault } from '../../credentials.ts'
import type { Edit } from '../../edits/edit.ts'
import { insertKeys, isFlow, keysIn, replaceText } from '../../edits/yaml-edits.ts'
import { extendsUnread } from '../../gitlab/merge.ts'
import { isElsewhere } from '../../publishers/needed.ts'
import { audienceOf } from '../../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { exchangesByHand } from '../../steps/exchange.ts'
import { child, entriesOf, isMap, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { isOfOldPython } from './python-client.ts'

/** The variables with ID tokens that a client at GitLab looks for. */
export const gitlabIdTokens: Rewrite = {
  id: 'gitlab-id-tokens',
  title: 'GitLab: declares the ID tokens that the client of a publishing job looks for.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      if (isOfOldPython(upload.step)) continue
      const sharing = sharingIdToken(upload, release)
      if (sharing.length > 0) yield* shared(upload, sharing)
      else if (readsVault(upload.job)) yield unproved(upload)
      else if (isPartlyRead(upload)) yield partlyRead(upload)
      else if (upload.credentials === 'unknown' && isElsewhere(release.pipeline))
        yield homeless(upload)
      else yield* declared(upload, release)
    }
  },
}

/** What a job extends elsewhere may give it a token, or ID tokens. */
function isPartlyRead({ job: { source }, credentials }: TrustedUpload): boolean {
  return credentials === 'unknown' && extendsUnread(source.written, source.workflow)
}

function partlyRead({ job, step }: TrustedUpload): Outcome {
  return {
    place: step.place,
    sentence: `Job "${job.id}" is not changed: it extends what is not in this repository, and where \`${step.text}\` has its token from cannot be told. If it needs none any more, declare \`id_tokens:\` in the job.`,
  }
}

/** Each upload would exchange the one ID token of the job, which PyPI takes once. */
function* shared(
  { job, step, credentials }: TrustedUpload,
  uploads: readonly TrustedUpload[],
): Iterable<Outcome> {
  if (credentials === 'trusted' || uploads[0]?.step !== step) return
  const commands = uploads.map((one) => `\`${one.step.text}\``).join(' and ')
  yield {
    place: step.place,
    sentence: `Job "${job.id}" is not changed: it has one ID token, PyPI takes it once, and ${commands} would each exchange it ("invalid-reuse-token"). Name all files in one command, and run this again.`,
  }
}

/** The settings of a project that nothing names may hold a token, and its server be one that no registry knows. */
function homeless({ job, step }: TrustedUpload): Outcome {
  return {
    place: step.place,
    sentence: `Job "${job.id}" is not changed: the remotes of this repository are elsewhere, and nothing names the project at GitLab in whose settings it may have a token. If that is at gitlab.com, add it as a remote and run this again.`,
  }
}

/** A job that fetches secrets from elsewhere is left to its owner. */
function unproved({ job, step }: TrustedUpload): Outcome {
  return {
    place: step.place,
    sentence: `Job "${job.id}" is not changed: it reads secrets from elsewhere, and whether \`${step.text}\` takes its token from there cannot be told. If it needs none any more, take out what fetches it and declare \`id_tokens:\`.`,
  }
}

interface Declaration {
  readonly name: string
  readonly audience: string
}

function wanted({ step, registry }: TrustedUpload): readonly Declaration[] {
  const audience = audienceOf(step.ecosystem, registry)
  return step.ecosystem === 'npm'
    ? [
        { name: 'NPM_ID_TOKEN', audience },
        { name: 'SIGSTORE_ID_TOKEN', audience: 'sigstore' },
      ]
    : [{ name: `${audience.toUpperCase()}_ID_TOKEN`, audience }]
}

function* declared(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { job, credentials } = upload
  const missing = wanted(upload).filter(
    ({ name, audience }) =>
      !job.idToken.variables.some((one) => one.name === name && one.audience === audience),
  )
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name).join(' and ')
  const edits = editsFor(missing, upload, release)
  if (edits === undefined) {
    const wants = missing.map(({ name, audience }) => `${name} (aud "${audience}")`).join(' and ')
    yield {
      place: job.place,
      sentence: `Declare ${wants} under \`id_tokens:\` of job "${job.id}" by hand: it is written in a way that is not edited here.`,
    }
    return
  }
  const source =
    credentials === 'unknown' && !job.steps.some(exchangesByHand)
      ? ' No file names the stored token that it has used until now: it is a variable in the settings of the project or its group, to be deleted there.'
      : ''
  yield {
    place: job.place,
    sentence: `Job "${job.id}" gets ID tokens in ${names}.${source}`,
    edits,
  }
}

/** Wrong audiences are corrected where they are written, and what is missing is added to the job. */
function editsFor(
  missing: readonly Declaration[],
  { job }: TrustedUpload,
  release: Release,
): readonly Edit[] | undefined {
  const inherited = child(job.source.job, 'id_tokens')
  const edits: (Edit | undefined)[] = []
  const added: Declaration[] = []
  for (const declaration of missing) {
    const aud = child(inherited, declaration.name, 'aud')
    const source = aud && release.source(aud.place.file)
    if (aud === undefined) added.push(declaration)
    else if (textOf(aud)?.includes('$') !== false) return undefined
    else edits.push(source && replaceText(source, aud, declaration.audience))
  }
  if (added.length > 0) edits.push(addition(added, job.source, inherited, release))
  return edits.every((edit) => edit !== undefined) ? edits : undefined
}

function addition(
  added: readonly Declaration[],
  { written, workflow }: TrustedUpload['job']['source'],
  inherited: Tree | undefined,
  release: Release,
): Edit | undefined {
  const own = child(written, 'id_tokens')
  // A `!reference` is resolved in what the job inherits.
  const tokens = isMap(own) || own === undefined ? own : inherited
  if (tokens !== undefined) {
    const source = release.source(tokens.place.file)
    if (source === undefined) return undefined
    const lines = isFlow(source, tokens) ? added.map(inBraces) : added.flatMap(linesOf)
    return insertKeys(source, tokens, lines)
  }
  const source = release.source(written.place.file)
  // What a job says takes the place of `default:` altogether, but is joined with what it extends.
  const isDefault = inherited !== undefined && inherited === child(workflow, 'default', 'id_tokens')
  const restated = isDefault ? declarationsIn(inherited) : []
  const lines = [
    'id_tokens:',
    ...[...restated, ...added].flatMap(linesOf).map((line) => `  ${line}`),
  ]
  return source && insertKeys(source, written, lines, positionIn(written))
}

function declarationsIn(tokens: Tree): readonly Declaration[] {
  return entriesOf(tokens).flatMap(([name, token]) => {
    const audience = textOf(child(token, 'aud'))
    return audience === undefined ? [] : [{ name, audience }]
  })
}

function linesOf({ name, audience }: Declaration): readonly string[] {
  return [`${name}:`, `  aud: ${scalar(audience)}`]
}

function inBraces({ name, audience }: Declaration): string {
  return `${name}: { aud: ${scalar(audience)} }`
}

function scalar(audience: string): string {
  return /^[\w.-]+$/.test(audience) ? audience : JSON.stringify(audience)
}

/** Above the scripts, where people look for what a job is given. */
function positionIn(job: Tree): { readonly before: string } | 'end' {
  const keys = keysIn(job)
  const before = ['before_script', 'script', 'after_script'].find((key) => keys.includes(key))
  return before === undefined ? 'end' : { before }
}
