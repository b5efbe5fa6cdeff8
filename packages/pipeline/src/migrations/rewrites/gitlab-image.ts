import type { Edit } from '../../edits/edit.ts'
import { insertKeys, keysIn, replaceText } from '../../edits/yaml-edits.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { NPM_11_ENGINES } from '../../steps/node-versions.ts'
import { NPM_WITH_OIDC } from '../../steps/npm-versions.ts'
import { isCertainlyBelow, mayBeIn } from '../../steps/tool-version.ts'
import { child, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { unmetNode } from './node-version.ts'
import { hasNewNpm, installAnother, needsNpm } from './npm-version.ts'
import { NODE } from './set-up-node.ts'

/** An image with an npm that can exchange ID tokens. */
export const gitlabImage: Rewrite = {
  id: 'gitlab-image',
  title: 'GitLab: publishes npm packages in an image of Node 24.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      const why = whyAnother(upload, release)
      if (why !== undefined) yield* renewed(upload, why, release)
    }
  },
}

function whyAnother(upload: TrustedUpload, release: Release): string | undefined {
  const { client, npm, node } = upload.step
  const demand = unmetNode(upload.step, release)
  if (demand !== undefined)
    return `${client} ${upload.step.clientVersion?.written ?? 'of a version that can exchange ID tokens'} runs on Node ${demand} only`
  if (!needsNpm(upload) || hasNewNpm(upload)) return undefined
  if (npm === undefined) return 'which npm it has cannot be told from the repository'
  if (npm.from === 'install')
    return `npm ${npm.written.replace('npm@', '')} cannot exchange ID tokens`
  return isCertainlyBelow(npm, NPM_WITH_OIDC)
    ? `the npm of Node ${node?.written} cannot exchange ID tokens`
    : undefined
}

function* renewed({ job, step }: TrustedUpload, why: string, release: Release): Iterable<Outcome> {
  const source = release.source(step.place.file)
  const runsNpm11 = step.node === undefined || mayBeIn(step.node, NPM_11_ENGINES)
  const installed =
    step.npm?.from === 'install' && runsNpm11 && source !== undefined
      ? installAnother(step.npm, job.steps, source)
      : undefined
  if (installed !== undefined) {
    yield { place: step.place, ...installed }
    return
  }
  const image = child(job.source.job, 'image')
  const written = imageOf(job)
  const raised = written === undefined ? undefined : raisedImage(written)
  const edits = image && raised !== undefined ? imageEdits(job, image, raised, release) : undefined
  if (raised === undefined || edits === undefined) {
    yield {
      place: image?.place ?? job.place,
      sentence: `Job "${job.id}" needs an npm of at least ${NPM_WITH_OIDC}: ${why}. Publish in an image of Node ${NODE} (\`image: node:${NODE}\`), or run \`npm install --global npm@11\` before.`,
    }
    return
  }
  const digest = written?.includes('@sha256:')
    ? ' Its digest is gone with it: pin the new one.'
    : ''
  yield {
    place: image?.place ?? job.place,
    sentence: `Job "${job.id}" runs in ${raised}: ${why}.${digest}`,
    edits,
  }
}

type UploadJob = TrustedUpload['job']

/** The image with the variables put in that the file sets. */
function imageOf({ image }: Pick<UploadJob, 'image'>): string | undefined {
  return image === undefined || !image.known ? image?.expression : image.value
}

/** The same image of Node 24. The oldest variants are not made for it, and a digest is that of one version. */
function raisedImage(image: string): string | undefined {
  const found = /^((?:.*\/)?node):\d[\w.]*(-[\w.-]+)?(?:@sha256:\w+)?$/.exec(image)
  if (found === null || found[1]?.endsWith('cimg/node')) return undefined
  const variant = (found[2] ?? '')
    .replace(/^-alpine[\d.]+$/, '-alpine')
    .replace(/\b(?:jessie|stretch|buster)\b/, 'bookworm')
  return `${found[1]}:${NODE}${variant}`
}

/** The image where it is written, or one of its own for the job if others that do not publish share it. */
function imageEdits(
  job: UploadJob,
  image: Tree,
  raised: string,
  release: Release,
): readonly Edit[] | undefined {
  const name = nameIn(image)
  const source = release.source(name.place.file)
  if (source !== undefined && !isShared(name, release)) {
    const edit = replaceText(source, name, raised)
    return edit && [edit]
  }
  const { written } = job.source
  const own = child(written, 'image')
  const at = release.source(written.place.file)
  // A map says more than a name, and what it says would be lost.
  if (at === undefined || textOf(image) === undefined) return undefined
  if (own?.alias !== undefined && own.place.file === at.file) {
    return [{ file: at.file, start: own.alias.start, end: own.alias.end, text: raised }]
  }
  const keys = keysIn(written)
  const before = ['extends', 'stage'].find((key) => keys.includes(key))
  const position = before === undefined ? { before: keys[0] ?? '' } : { after: before }
  const edit = insertKeys(at, written, [`image: ${raised}`], position)
  return edit && [edit]
}

function nameIn(image: Tree): Tree {
  return textOf(image) === undefined ? (child(image, 'name') ?? image) : image
}

/** Tells whether a job that publishes nothing runs in the same image, by way of `default:`, a template or an anchor. */
function isShared({ span, place }: Tree, { pipeline }: Release): boolean {
  return pipeline.otherJobs.some(({ source }) => {
    const image = child(source.job, 'image')
    const other = image && nameIn(image)
    return other?.span?.start === span?.start && other?.place.file === place.file
  })
}
