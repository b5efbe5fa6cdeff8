import type { Edit } from '../../edits/edit.ts'
import { insertKeys, replaceText } from '../../edits/yaml-edits.ts'
import { audienceOf } from '../../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, entriesOf, isMap, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'

/** The variables with ID tokens that a client at GitLab looks for. */
export const gitlabIdTokens: Rewrite = {
  id: 'gitlab-id-tokens',
  title: 'GitLab: declares the ID tokens that the client of a publishing job looks for.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) yield* declared(upload, release)
  },
}

/** Name → audience. */
function wanted({ step, registry }: TrustedUpload): readonly (readonly [string, string])[] {
  const audience = audienceOf(step.ecosystem, registry)
  return step.ecosystem === 'npm'
    ? [
        ['NPM_ID_TOKEN', audience],
        ['SIGSTORE_ID_TOKEN', 'sigstore'],
      ]
    : [[`${audience.toUpperCase()}_ID_TOKEN`, audience]]
}

function* declared(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { job } = upload
  const written = job.source.written
  const source = release.source(written.place.file)
  const own = child(written, 'id_tokens')
  const missing = wanted(upload).filter(
    ([name, audience]) =>
      !job.idToken.variables.some((one) => one.name === name && one.audience === audience),
  )
  if (missing.length === 0 || source === undefined) return
  const inherited = own === undefined && job.idToken.variables.length > 0
  if (inherited) {
    yield {
      place: job.place,
      sentence: `Job "${job.id}" inherits its \`id_tokens\`: add ${missing.map(([name]) => name).join(' and ')} where they are declared.`,
    }
    return
  }
  const edits: Edit[] = []
  const lines: string[] = []
  for (const [name, audience] of missing) {
    const aud = child(own, name, 'aud')
    const edit =
      textOf(aud) === undefined || aud === undefined
        ? undefined
        : replaceText(source, aud, audience)
    if (edit !== undefined) edits.push(edit)
    else lines.push(`${name}:`, `  aud: ${audience.includes(':') ? `"${audience}"` : audience}`)
  }
  const added =
    lines.length === 0
      ? undefined
      : isMap(own)
        ? insertKeys(source, own, lines)
        : insertKeys(source, written, ['id_tokens:', ...lines.map((line) => `  ${line}`)], {
            before: firstScript(written),
          })
  if (lines.length > 0 && added === undefined) {
    yield {
      place: job.place,
      sentence: `Declare ${missing.map(([name]) => name).join(' and ')} under \`id_tokens:\` of job "${job.id}" by hand: it is written in a way that is not edited here.`,
    }
    return
  }
  yield {
    place: job.place,
    sentence: `Job "${job.id}" gets the ID tokens that ${upload.step.client} looks for: ${missing.map(([name]) => name).join(' and ')}.`,
    edits: [...edits, ...(added === undefined ? [] : [added])],
  }
}

function firstScript(job: TrustedUpload['job']['source']['written']): string {
  const keys = entriesOf(job).map(([key]) => key)
  return (
    ['before_script', 'script', 'rules', 'only'].find((key) => keys.includes(key)) ??
    keys.at(-1) ??
    ''
  )
}
