import type { Edit } from '../edits/edit.ts'
import { lineEnd } from '../edits/edit.ts'
import type { ToolVersion } from '../job.ts'
import type { Place } from '../place.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { isCertainlyAtLeast, isCertainlyIn, mayBeIn } from '../steps/tool-version.ts'
import type { Check, Found } from './check.ts'
import { stepsBefore, variableOf } from './step-of.ts'

/** npm 11 keeps the exchanged token where a project's `.npmrc` counts for more; npm 12 does not. */
const MISLED = '>=11.5.1 <12.0.0'

/** Reads `${NAME?}` as nothing where the variable is not set (measured: 11.19.1 does, 11.5.1 does not). */
const OPTIONAL = '11.19.1'

/** F2: a project's `.npmrc` with an empty token. One that is no good at all would do no harm (measured). */
export const emptyToken: Check = {
  id: 'empty-token',
  title: "an empty token in the project's .npmrc, which npm 11 takes instead of the exchanged one",
  failures: ['F2'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { credentials, step } = upload
      if (credentials !== 'trusted' || step.uploader !== 'npm' || step.npm === undefined) continue
      if (!mayBeIn(step.npm, MISLED)) continue
      for (const { value, place, edit } of [...committed(upload, release), ...scripted(upload)]) {
        const emptiness = emptinessOf(value, upload, step.npm)
        if (emptiness === 'no') continue
        const certain = emptiness === 'yes' && isCertainlyIn(step.npm, MISLED)
        yield finding(upload, place, certain, edit)
      }
    }
  },
}

interface Token {
  /** As npm will read it: what a shell puts in is put in. */
  readonly value: string
  readonly place: Place
  readonly edit?: Edit
}

/** npm reads the `.npmrc` beside the manifest, of workspaces that of their root only. */
function committed(upload: TrustedUpload, release: Release): readonly Token[] {
  const root = release.source('package.json')?.text ?? ''
  const { directory } = upload.step
  const isMember = directory !== '.' && /"workspaces"\s*:/.test(root)
  const file = isMember || directory === '.' ? '.npmrc' : `${directory}/.npmrc`
  const text = release.source(file)?.text ?? ''
  const host = new URL(upload.registry).host.replaceAll('.', '\\.')
  const line = new RegExp(`^[ \\t]*//${host}/?:_authToken[ \\t]*=[ \\t]*(.*?)[ \\t]*\\r?$`, 'gm')
  return [...text.matchAll(line)].map((found) => {
    const value = (found[1] ?? '').replace(/^"(.*)"$/, '$1')
    const place = { file, line: text.slice(0, found.index).split('\n').length, column: 1 }
    const edit = { file, start: found.index, end: lineEnd(text, found.index), text: '' }
    // A variable may hold something where people work.
    return value === '' ? { value, place, edit } : { value, place }
  })
}

/** `echo "//registry…/:_authToken=$NPM_TOKEN" > .npmrc` of an earlier step. */
function scripted(upload: TrustedUpload): readonly Token[] {
  const { job, step, registry } = upload
  const host = new URL(registry).host
  return [...stepsBefore(job, step)].flatMap(({ commands }) =>
    commands.flatMap(({ text, place }) => {
      const isProject = />>?\s*["']?(?:\.\/)?\.npmrc\b/.test(text)
      const written = new RegExp(`//${host}/?:_authToken=([^"'\\s]*)`).exec(text)?.[1]
      if (!isProject || written === undefined) return []
      const byShell = /^\$\{?(\w+)\}?$/.exec(written)?.[1]
      const literal = /'[^']*_authToken/.test(text) || text.includes('\\$')
      if (byShell === undefined || literal) return [{ value: written.replace('\\', ''), place }]
      const value = variableOf(job, step, byShell)?.value
      return value === undefined || value === '' ? [{ value: '', place }] : []
    }),
  )
}

function emptinessOf(
  value: string,
  { job, step }: TrustedUpload,
  npm: ToolVersion,
): 'yes' | 'perhaps' | 'no' {
  if (value === '') return 'yes'
  const [, name, optional] = /^\$\{(\w+)(\??)\}$/.exec(value) ?? []
  if (name === undefined) return 'no'
  const set = variableOf(job, step, name)?.value
  if (set !== undefined) return set === '' ? 'yes' : 'no'
  // Without the question mark npm keeps the text as it stands, which does no harm.
  if (optional === '') return 'no'
  return isCertainlyAtLeast(npm, OPTIONAL) ? 'yes' : 'perhaps'
}

function finding(
  { job, step }: TrustedUpload,
  place: Place,
  certain: boolean,
  edit: Edit | undefined,
): Found {
  return {
    ...(!certain && { severity: 'warning' as const }),
    place,
    message: `The token for npmjs.com is empty here, and npm 11 takes it instead of the one that it gets for the ID token: \`${step.text}\` in job "${job.id}" ends with "npm error code ENEEDAUTH", although the exchange succeeds.`,
    fix: 'Take the line out (who installs private packages keeps it in a file of their own), or publish with npm 12.',
    ...(edit && { edits: [edit] }),
  }
}
