import type { JobStep } from '../../job.ts'
import type { Place } from '../../place.ts'
import { registryOf } from '../../publishers/registries.ts'
import { type Release, uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'

/** What trusted publishing does not reach. */
export const otherRegistries: Rewrite = {
  id: 'other-registries',
  title: 'Leaves uploads to registries without trusted publishing as they are.',
  *rewrite(release) {
    const trusted = new Set(uploadsOf(release).map(({ step }) => step))
    for (const step of release.pipeline.jobs.flatMap(({ publishes }) => publishes)) {
      if (trusted.has(step)) continue
      const sentence = step.registry?.includes('$')
        ? `\`${step.text}\` stays as it is: the repository does not tell to which registry it publishes (${step.registry}).`
        : `\`${step.text}\` publishes to ${registryOf(step)} and stays as it is: trusted publishing of npmjs.com and PyPI does not reach there.`
      yield { place: step.place, sentence }
    }
    for (const { place, sentence } of release.pipeline.unknowns) {
      const [what] = HIDDEN.exec(sentence) ?? []
      if (place !== undefined && what !== undefined && isGivenToken(place, release)) {
        const isCommand = what.startsWith('"') && what.endsWith('run time')
        // Its token has been spoken of, or is gone.
        if (isCommand && isReadAt(place, release)) continue
        yield {
          place,
          sentence: `${what}, and what it ${isCommand ? 'publishes' : 'runs'} cannot be read here. Where that is twine 6.1, \`uv publish\` or npm 11.5.1 it needs no token: then give the job \`id-token: write\`, and take the token out.`,
        }
      }
      const secrets = PASSED.exec(sentence)
      if (place !== undefined && secrets !== null && !isBeside(secrets, trusted.size)) {
        yield { place, sentence: `${sentence} ${remedy(secrets[3] ?? '')}` }
      }
    }
  },
}

const HIDDEN =
  /^"[^"]*" may publish|^\S+ seems to run "[^"]*"|^"[^"]*" runs in a directory that is only known at run time/

const PASSED =
  /^Job "([^"]*)" calls (\S+) with secrets(?: \(([^)]*)\))?, a workflow that is not read from this checkout/

/** All secrets, for something that is not called after publishing, in a repository that publishes by itself. */
function isBeside([, job, uses, names]: RegExpExecArray, uploads: number): boolean {
  const isForPublishing = /publish|release|deploy|pypi|npm/i.test(`${job} ${uses}`)
  return names === undefined && uploads > 0 && !isForPublishing
}

/** What to do about a workflow elsewhere that may publish with a token; the names of what it is passed tell for what. */
function remedy(names: string): string {
  if (/pypi|twine/i.test(names)) {
    return 'Let it only build, and upload in a job of this repository, which needs `id-token: write` then, and no token.'
  }
  const npm =
    'If it takes a token for publishing, it has to learn to do without; then the calling job needs `id-token: write`.'
  return /npm|node/i.test(names)
    ? npm
    : `${npm} For PyPI, let it only build, and upload in a job of this repository.`
}

/** Tells whether the step at a place sees a token, or runs in a job that stores one and does not publish otherwise. */
function isGivenToken({ file, line }: Place, { pipeline }: Release): boolean {
  const runs = ({ commands }: JobStep) =>
    commands.some(({ place }) => place.file === file && place.line === line)
  const publishing = pipeline.jobs.flatMap(({ steps }) => steps)
  const others = pipeline.otherJobs.filter(({ steps }) => steps.some(runs))
  return (
    publishing.some((step) => runs(step) && seesToken(step)) ||
    others.some(({ steps }) =>
      steps.some((step) => storesToken(step) || (runs(step) && seesToken(step))),
    )
  )
}

/** Tells whether a publish is read at a place. */
function isReadAt({ file, line }: Place, { pipeline }: Release): boolean {
  return pipeline.jobs
    .flatMap(({ publishes }) => publishes)
    .some(({ place }) => place.file === file && place.line === line)
}

/** A variable that is called after a registry or its client. */
function seesToken({ variables }: JobStep): boolean {
  return [...variables].some(
    ([name, { value }]) =>
      /pypi|npm|node_auth|twine/i.test(name + value) && /\bsecrets\b/.test(value),
  )
}

/** A line that writes a token into the settings of npm. */
function storesToken(step: JobStep): boolean {
  const lines = step.commands.filter(({ text }) =>
    /registry\.npmjs\.org.*_authToken|npmAuthToken/.test(text),
  )
  return lines.some(({ text }) => /\bsecrets\./.test(text) || seesToken(step))
}
