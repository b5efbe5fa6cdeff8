import type { PublishStep } from '../model.ts'
import { type Release, uploadsOf } from '../release.ts'
import { isCertainlyAtLeast, isCertainlyBelow } from '../steps/tool-version.ts'
import type { Check } from './check.ts'

/** `//registry.npmjs.org/:_authToken=` or the same with a variable. */
const TOKEN = /^[ \t]*\/\/registry\.npmjs\.org\/?:_authToken[ \t]*=[ \t]*(\S*)[ \t]*$/m

/** F2: a committed .npmrc with a token that is empty without the secret; npm 11 takes that instead of the exchanged one. */
export const emptyToken: Check = {
  id: 'empty-token',
  title:
    'a token in a committed .npmrc that is empty, or becomes so, and hides the exchanged one from npm 11',
  failures: ['F2'],
  severity: 'error',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (credentials !== 'trusted' || !runsNpm11(step)) continue
      for (const file of npmrcFiles(step)) {
        const source = release.source(file)
        const found = TOKEN.exec(source?.text ?? '')
        if (source === undefined || found === null) continue
        const value = found[1] ?? ''
        const variable = /^\$\{(\w+)\??\}$/.exec(value)?.[1]
        const isEmpty =
          value === '' || (variable !== undefined && isSetEmpty(variable, step, release))
        if (!isEmpty && variable === undefined) continue
        const lines = source.text.slice(0, found.index + found[0].search(/\S/)).split('\n').length
        yield {
          ...(!isEmpty && { severity: 'warning' as const }),
          place: { file, line: lines, column: 1 },
          message: isEmpty
            ? `${file} names an empty token for npmjs.com. npm 11 takes it instead of the one that job "${job.id}" has exchanged its ID token for: "npm error code ENEEDAUTH", although the exchange succeeds.`
            : `${file} takes the token for npmjs.com from ${variable}, which job "${job.id}" does not set. If it is ever set to nothing, npm 11 takes that instead of the exchanged token: "npm error code ENEEDAUTH".`,
          fix: `Take the line out of ${file}; who installs private packages puts it into a file of their own.`,
        }
      }
    }
  },
}

function runsNpm11({ client, npm }: PublishStep): boolean {
  if (!['npm', 'changesets', 'lerna', 'nx', 'release-it', 'np'].includes(client)) return false
  // npm 12 takes the exchanged token first.
  return npm === undefined || !isCertainlyAtLeast(npm, '12.0.0') || isCertainlyBelow(npm, '12.0.0')
}

function npmrcFiles({ directory }: PublishStep): readonly string[] {
  return directory === '.' ? ['.npmrc'] : ['.npmrc', `${directory}/.npmrc`]
}

/** Set to nothing by the file itself: `NPM_TOKEN: ""`. */
function isSetEmpty(variable: string, step: PublishStep, { pipeline }: Release): boolean {
  return pipeline.jobs
    .flatMap(({ steps }) => steps)
    .filter(({ tree }) => tree === step.within)
    .some(({ variables }) => variables.get(variable)?.value === '')
}
