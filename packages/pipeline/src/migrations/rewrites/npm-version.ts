import type { Edit, SourceFile } from '../../edits/edit.ts'
import { insertItem, replacePart } from '../../edits/yaml-edits.ts'
import { whyNever } from '../../github/actions.ts'
import { maySetUpNode } from '../../github/set-up.ts'
import type { Job, JobStep, ToolVersion } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { THROUGH_NPM } from '../../steps/capability.ts'
import { NPM_11_ENGINES } from '../../steps/node-versions.ts'
import { NPM_PIN, NPM_WITH_OIDC } from '../../steps/npm-versions.ts'
import { isCertainlyAtLeast, isCertainlyIn, mayBeIn } from '../../steps/tool-version.ts'
import { child } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, listsAround, scriptOf } from './command-edit.ts'
import { knownUploads } from './known.ts'
import { alsoFor, NODE, withNode24 } from './set-up-node.ts'

/** An npm that can exchange ID tokens, for every step that publishes through npm. */
export const npmVersion: Rewrite = {
  id: 'npm-version',
  title:
    'Brings an npm that can exchange ID tokens (11.5.1 or newer), pinned, or a Node that comes with one.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'github') return
    const lacking = knownUploads(release).filter(
      (one) => needsNpm(one) && !hasNewNpm(one) && !isChosenByRun(one),
    )
    // What is installed before one step of a job serves those after it.
    const first = lacking.filter(
      ({ job }, at) => lacking.findIndex((other) => other.job === job) === at,
    )
    for (const upload of first) {
      const beside = lacking.filter(({ job }) => job === upload.job)
      yield* renewed(upload, beside, release)
    }
  },
}

/** Without a token it may work already: an expression of the run says which Node there is. */
function isChosenByRun({ step: { node, npm }, credentials }: TrustedUpload): boolean {
  return credentials === 'trusted' && npm?.from === 'bundled' && /\$\{\{/.test(node?.written ?? '')
}

/** Tells whether a step leaves the upload to the npm on the PATH. */
export function needsNpm({ step }: TrustedUpload): boolean {
  // No npm helps an action that asks for a token whatever it runs.
  if (step.action !== undefined && whyNever(step.action) !== undefined) return false
  const oldPnpm =
    step.client === 'pnpm' &&
    !(step.clientVersion && isCertainlyAtLeast(step.clientVersion, '11.0.0'))
  return THROUGH_NPM.has(step.tool ?? step.client) || oldPnpm
}

/** `npm@latest` names no number, but is new enough wherever it can be installed. */
export function hasNewNpm({ step: { npm, node } }: TrustedUpload): boolean {
  if (npm === undefined) return false
  if (isCertainlyAtLeast(npm, NPM_WITH_OIDC)) return true
  // An install, and `npx npm@11`, which brings one for the command alone.
  if (npm.from !== 'install' && npm.from !== 'command') return false
  if (npm.range === '*') return !isTooOldForLatest(node)
  return /^npm@\^?1[1-9](?:\.x)?$/.test(npm.written)
}

function isTooOldForLatest(node: ToolVersion | undefined): boolean {
  return node !== undefined && node.range !== '*' && !isCertainlyAtLeast(node, '22.22.2')
}

function* renewed(
  upload: TrustedUpload,
  beside: readonly TrustedUpload[],
  release: Release,
): Iterable<Outcome> {
  const { step, job } = upload
  const source = release.source(step.place.file)
  if (source === undefined) return
  const changed = isTooOldForNpm11(step.node)
    ? raiseNode(upload, release)
    : step.npm?.from === 'command'
      ? runAnother(upload, step.npm, release)
      : step.npm?.from === 'install'
        ? installAnother(step.npm, job.steps, source)
        : (raiseNode(upload, release) ?? installBefore(upload, beside, source, release))
  if (changed === undefined) {
    yield {
      place: step.place,
      sentence: `Before \`${step.text}\`, install an npm that can exchange ID tokens: \`npm install --global npm@${NPM_PIN}\`, on Node 20.17 or newer.`,
    }
    return
  }
  yield { place: step.place, ...changed }
}

type Changed = { readonly sentence: string; readonly edits: readonly Edit[] } | undefined

/** A Node that is too old for npm 11 has to be a newer one. */
function raiseNode(upload: TrustedUpload, release: Release): Changed {
  const { node } = upload.step
  if (node === undefined || node.range === '*' || isCertainlyIn(node, NPM_11_ENGINES))
    return undefined
  const edit = withNode24(upload, release)
  return (
    edit && {
      sentence: `Node ${NODE} instead of ${node.written}: no npm that can exchange ID tokens runs on ${node.written}.${alsoFor(edit, upload, release)}`,
      edits: [edit],
    }
  )
}

/** An install of an older npm, or of one that the Node does not run. */
export function installAnother(
  npm: ToolVersion,
  steps: readonly JobStep[],
  source: SourceFile,
): Changed {
  for (const { tree, commands } of steps) {
    const command = commands.find(({ place, nested }) => !nested && place.line === npm.place?.line)
    const run = command && scriptOf(tree)
    const edit =
      command &&
      run &&
      replacePart(
        source,
        run,
        command.text,
        command.text.replace(/\bnpm(?:@[^\s'"]*)?(?=['"]?\s*$)/, `npm@${NPM_PIN}`),
      )
    if (edit !== undefined && edit.text !== command?.text) {
      return {
        sentence: `npm ${NPM_PIN} is installed instead of ${npm.written.replace('npm@', '')}, which cannot exchange ID tokens here.`,
        edits: [edit],
      }
    }
  }
  return undefined
}

/** `npx npm@10 publish` brings an npm of its own, whatever is installed before. */
function runAnother(upload: TrustedUpload, npm: ToolVersion, release: Release): Changed {
  const { text } = upload.step
  const edits = commandEdit(upload, text.replace(npm.written, `npm@${NPM_PIN}`), release)
  if (edits === undefined || !text.includes(npm.written)) return undefined
  const sentence = `npm ${NPM_PIN} publishes instead of ${npm.written.replace('npm@', '')}, which cannot exchange ID tokens here.`
  return { sentence, edits }
}

/** npm 11 refuses to be installed there. */
function isTooOldForNpm11(node: ToolVersion | undefined): boolean {
  return node !== undefined && node.range !== '*' && !mayBeIn(node, NPM_11_ENGINES)
}

/** A step of its own before the one that publishes. */
function installBefore(
  { step, job }: TrustedUpload,
  beside: readonly TrustedUpload[],
  source: SourceFile,
  release: Release,
): Changed {
  const target = job.steps.find(({ tree }) => tree === step.within)
  if (target === undefined) return undefined
  const condition = conditionOf(beside, source)
  const keys = [
    ...(condition === undefined ? [] : [`if: ${condition}`]),
    `run: npm install --global npm@${NPM_PIN}`,
    // Without it a composite action is refused.
    ...(target.inAction === undefined ? [] : ['shell: bash']),
  ]
  const lines = keys.map((key, at) => `${at === 0 ? '- ' : '  '}${key}`)
  for (const list of listsAround(target.tree, job.source.workflow, release)) {
    const edit = insertItem(source, list, lines, target.tree)
    if (edit !== undefined) {
      return {
        sentence: `npm ${NPM_PIN} is installed before \`${step.text}\`${reason(step.npm, job)}.`,
        edits: [edit],
      }
    }
  }
  return undefined
}

/** The `if:` that the steps have in common, as it is written: on other rows of a matrix Node may be too old for npm 11. */
function conditionOf(beside: readonly TrustedUpload[], { text }: SourceFile): string | undefined {
  const written = beside.map(({ step: { within } }) => {
    const span = child(within, 'if')?.span
    return span && text.slice(span.start, span.end)
  })
  const [first] = written
  const isShared = written.every((one) => one === first)
  return isShared && first !== undefined && !/[\r\n]/.test(first) ? first : undefined
}

function reason(npm: ToolVersion | undefined, { steps }: Job): string {
  if (npm === undefined) {
    return steps.some(({ action }) => action !== undefined && maySetUpNode(action))
      ? ', since the npm that the job has is written elsewhere'
      : ', since nothing sets up Node in the job'
  }
  return `: ${npm.from === 'bundled' ? `the ${npm.written}` : `npm ${npm.written}`} cannot exchange ID tokens, or may not`
}
