import { replacePart } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { packageManagerIn } from '../../repository/tool-files.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, scriptOf } from './command-edit.ts'
import { knownUploads } from './known.ts'

const WHY =
  'Yarn 1 hands registry.yarnpkg.com to what it starts as the registry, whatever .npmrc says, and no ID token is exchanged there'

/**
 * Yarn 1 sets `npm_config_registry` for what it starts (measured with 1.22.22, npm 10 and nx 23). lerna, changesets and
 * semantic-release know that and take npmjs.com instead; npm and nx do not.
 */
export const yarnRegistry: Rewrite = {
  id: 'yarn-registry',
  title: 'Starts npm and nx without Yarn 1, which would hand them another registry.',
  *rewrite(release) {
    if (!usesYarn1(release)) return
    for (const upload of knownUploads(release)) {
      const { client } = upload.step
      if ((client !== 'npm' && client !== 'nx') || namesRegistry(upload, release)) continue
      if (/^yarn (?:run )?nx\b/.test(upload.step.text)) yield* byNpx(upload, release)
      else yield* byNpm(upload, release)
    }
  },
}

function usesYarn1({ source }: Release): boolean {
  const read = (file: string) => source(file)?.text
  const pinned = packageManagerIn('yarn', 'package.json', read)?.written
  if (pinned !== undefined) return pinned.startsWith('1.')
  return read('.yarnrc.yml') === undefined && (read('yarn.lock') ?? '').includes('lockfile v1')
}

/** Tells whether something that counts more than the variable names the registry. */
function namesRegistry({ step }: TrustedUpload, { manifests, source }: Release): boolean {
  if (step.text.includes('--registry') || source('.yarnrc')?.text.includes('registry')) return true
  const published = manifests.npm.filter(({ directory }) => step.packages.includes(directory))
  return (
    published.length > 0 && published.every(({ publishConfig }) => publishConfig.has('registry'))
  )
}

function* byNpx(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { text, place } = upload.step
  const raised = text.replace(/^yarn (?:run )?/, 'npx ')
  const edits = commandEdit(upload, raised, release)
  if (edits === undefined) yield { place, sentence: `Write \`${raised}\` for \`${text}\`: ${WHY}.` }
  else yield { place, sentence: `\`${raised}\` in the place of \`${text}\`: ${WHY}.`, edits }
}

/** `yarn release`, where that script publishes with npm. */
function* byNpm({ step, job }: TrustedUpload, release: Release): Iterable<Outcome> {
  const own = job.steps.find(({ tree }) => tree === step.within)
  const started = own && startedBy(own, step.text, release)
  const source = release.source(step.place.file)
  const run = own && scriptOf(own.tree)
  if (started === undefined || source === undefined || run === undefined) return
  const { text, name } = started
  const { place } = step
  const edit = replacePart(source, run, text, `npm run ${name}`)
  if (edit === undefined) {
    yield { place, sentence: `Write \`npm run ${name}\` for \`${text}\`: ${WHY}.` }
    return
  }
  yield {
    place,
    sentence: `\`npm run ${name}\` in the place of \`${text}\`: ${WHY}.`,
    edits: [edit],
  }
}

function startedBy(
  { commands }: JobStep,
  publish: string,
  { manifests }: Release,
): { readonly text: string; readonly name: string } | undefined {
  for (const { text, nested } of commands) {
    const name = nested ? undefined : /^yarn (?:run )?([\w:.-]+)$/.exec(text)?.[1]
    if (name === undefined) continue
    const scripts = manifests.npm.map((manifest) => manifest.scripts.get(name) ?? '')
    if (scripts.some((script) => script.includes(publish))) return { text, name }
  }
  return undefined
}
