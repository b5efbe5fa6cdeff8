import { intersects } from 'semver'
import { replacePart } from '../edits/yaml-edits.ts'
import type { JobStep, ScriptCommand, ToolVersion } from '../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { NPM_11_ENGINES, NPM_LATEST_ENGINES } from '../steps/node-versions.ts'
import { NPM_PIN } from '../steps/npm-versions.ts'
import { isCertainlyIn, mayBeIn } from '../steps/tool-version.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'
import { stepOf } from './step-of.ts'

/** F4: an npm is installed that refuses the Node of the job. With a stored token the release ends there too. */
export const npmCannotInstall: Check = {
  id: 'npm-cannot-install',
  title: 'an npm that cannot be installed on the Node of the job',
  failures: ['F4'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { npm, node } = upload.step
      if (npm?.from !== 'install' || node === undefined || node.range === '*') continue
      const engines = refusedBy(npm, node)
      if (engines !== undefined) yield* finding(upload, npm, engines, release)
    }
  },
}

/** What each line of npm demands of Node (`engines` of its newest release). */
const ENGINES: readonly (readonly [npm: string, node: string])[] = [
  ['>=9.0.0 <10.0.0', '^14.17.0 || ^16.13.0 || >=18.0.0'],
  ['>=10.0.0 <11.0.0', '^18.17.0 || >=20.5.0'],
  ['>=11.0.0 <12.0.0', NPM_11_ENGINES],
  ['>=12.0.0', NPM_LATEST_ENGINES],
]

/**
 * The Node that the npm wants, if it refuses the one at hand. A tag names one version; of a range npm takes the newest
 * that fits the Node, and without either the newest of all that fit (measured).
 */
function refusedBy({ written, range }: ToolVersion, node: ToolVersion): string | undefined {
  if (written === 'npm@latest')
    return mayBeIn(node, NPM_LATEST_ENGINES) ? undefined : NPM_LATEST_ENGINES
  if (range === '*' || written === 'npm' || intersects(range, '<9.0.0')) return undefined
  const wanted = ENGINES.filter(([npm]) => intersects(range, npm)).map(([, engines]) => engines)
  return wanted.some((engines) => mayBeIn(node, engines)) ? undefined : wanted.at(-1)
}

function* finding(
  { job, step }: TrustedUpload,
  npm: ToolVersion,
  engines: string,
  release: Release,
): Iterable<Found> {
  const installs = ({ place }: ScriptCommand): boolean =>
    place.line === npm.place?.line && place.file === npm.place.file
  const own = job.steps.find(({ commands }) => commands.some(installs))
  const command = own?.commands.find(installs)
  if (own === undefined || command === undefined || isTolerated(own, command)) return
  // A step with the condition of the publish runs whenever that does.
  const always = own.condition === undefined || own.condition === stepOf(job, step)?.condition
  const certain = !command.nested && always
  const fits = step.node !== undefined && isCertainlyIn(step.node, NPM_11_ENGINES)
  yield {
    ...(!certain && { severity: 'warning' as const }),
    place: command.place,
    message: `Job "${job.id}" runs \`${command.text}\` on Node ${step.node?.written}, and ${name(npm)} wants ${engines}: the step ends with "npm error code EBADENGINE", and nothing is published.`,
    fix: fits
      ? `Install \`npm@${NPM_PIN}\`, which runs on Node ${step.node?.written}.`
      : `Set up Node 24, and install no npm: the one that comes with it is new enough.`,
    ...(fits && certain && edited(command, own, release)),
  }
}

/** Tells whether the script goes on when the command fails. */
function isTolerated({ tree }: JobStep, { text, words }: ScriptCommand): boolean {
  const script = textOf(child(tree, 'run')) ?? textOf(tree) ?? ''
  const after = script.slice(Math.max(0, script.indexOf(text)) + text.length)
  const before = script.slice(0, Math.max(0, script.indexOf(text)))
  return (
    textOf(child(tree, 'continue-on-error')) === 'true' ||
    words.some((word) => word === '--force' || word === '-f') ||
    /^[^\n;]*\|\|/.test(after) ||
    /(?:\bif|!|\|\|)\s*$/.test(before) ||
    /\bset \+e\b/.test(before)
  )
}

function name({ written }: ToolVersion): string {
  return written === 'npm@latest' ? 'the newest npm' : written
}

function edited(
  { text, place }: ScriptCommand,
  { tree }: JobStep,
  release: Release,
): Pick<Found, 'edits'> {
  const source = release.source(place.file)
  const script = child(tree, 'run') ?? tree
  const pinned = text.replace(/\bnpm@[^\s'"]+/, `npm@${NPM_PIN}`)
  const edit = source && pinned !== text ? replacePart(source, script, text, pinned) : undefined
  return edit === undefined ? {} : { edits: [edit] }
}
