import { lt, prerelease, valid } from 'semver'
import type { PublishStep } from '../model.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { flagValue, isOn, parseOptions } from '../steps/options.ts'
import { isCertainlyAtLeast } from '../steps/tool-version.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'
import { stepOf, stepsBefore, variableOf } from './step-of.ts'

/** F22: without a dist-tag npm 11 publishes no prerelease, and nothing older than what is out. */
export const prereleaseTag: Check = {
  id: 'prerelease-tag',
  title: 'a prerelease, or a version of an older line, without `--tag`, which npm 11 refuses',
  failures: ['F22'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { job, step } = upload
      if (step.client !== 'npm' || step.action !== undefined) continue
      if (step.npm === undefined || !isCertainlyAtLeast(step.npm, '11.0.0')) continue
      if (hasTag(upload) || isChosen(upload)) continue
      if (step.setsVersion) {
        const found = ofVersionSet(upload, release)
        if (found !== undefined) yield found
        continue
      }
      for (const manifest of manifestsOf(step, release)) {
        const { file, version = '' } = manifest
        const said = refusalOf(manifest, release)
        if (said === undefined || hasTagOfFile(manifest, release)) continue
        const isPrerelease = prerelease(version) !== null
        // A placeholder, or what something before the publish replaces; an older version may be raised before.
        const isOpen = version.startsWith('0.0.0') || !isPrerelease || mayChangeVersion(upload)
        yield {
          ...(isOpen && { severity: 'warning' as const }),
          place: { file, line: lineOfVersion(file, release), column: 1 },
          message: `${manifest.name} is at ${version}, and \`${step.text}\` in job "${job.id}" names no tag: "npm error ${said}"`,
          fix: `Publish it with a tag of its own (\`--tag ${isPrerelease ? 'next' : `v${version.split('.')[0]}`}\`), or set \`publishConfig.tag\`.`,
        }
      }
    }
  },
}

/** `npm version prerelease`, `npm version "$BASE-$GITHUB_SHA"`: whatever the manifest says, a prerelease is published. */
function ofVersionSet({ job, step }: TrustedUpload, release: Release): Found | undefined {
  if (manifestsOf(step, release).some((one) => hasTagOfFile(one, release))) return undefined
  const steps = [...stepsBefore(job, step), stepOf(job, step)].filter((one) => one !== undefined)
  const setting = steps.flatMap((at) =>
    at.commands.filter(({ words }) => isVersionSet(words)).map((command) => ({ at, command })),
  )
  const [first, ...more] = setting
  if (first === undefined || more.length > 0 || !makesPrerelease(first.command.words))
    return undefined
  const script = textOf(child(first.at.tree, 'run')) ?? ''
  const isChosenThere = first.at.condition !== undefined || /\b(?:if|case|elif)\b/.test(script)
  return {
    ...((isChosenThere || first.command.nested) && { severity: 'warning' as const }),
    place: step.place,
    message: `\`${first.command.text}\` makes a prerelease, and \`${step.text}\` in job "${job.id}" names no tag: "npm error You must specify a tag using --tag when publishing a prerelease version."`,
    fix: 'Publish it with a tag of its own (`--tag next`).',
  }
}

function isVersionSet([program, verb]: readonly string[]): boolean {
  return program === 'npm' && verb === 'version'
}

function makesPrerelease(words: readonly string[]): boolean {
  const asked = words.slice(2).find((word) => !word.startsWith('-')) ?? ''
  // What a run puts in is one word, whatever is in it.
  const plain = asked.replace(/\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+/g, '0')
  return /^pre(?:major|minor|patch|release)$/.test(asked) || /^v?[\d.]+-[\w.-]+$/.test(plain)
}

/** What npm 11 says before it would move `latest` to such a version. */
function refusalOf({ name, version = '' }: NpmManifest, { online }: Release): string | undefined {
  if (valid(version) === null) return undefined
  if (prerelease(version) !== null) {
    return 'You must specify a tag using --tag when publishing a prerelease version.'
  }
  const latest = online?.packages.get(`npm:${name}`)?.latest
  if (latest === undefined || valid(latest) === null || !lt(version, latest)) return undefined
  return `Cannot implicitly apply the "latest" tag because previously published version ${latest} is higher than the new version ${version}. You must specify a tag using --tag.`
}

/** With `--force` npm does not ask. */
function hasTag({ job, step }: TrustedUpload): boolean {
  const options = parseOptions(step.args, new Set(['--tag']))
  return (
    flagValue(options, '--tag') !== undefined ||
    isOn(options, '--force', '-f') ||
    variableOf(job, step, 'npm_config_tag') !== undefined
  )
}

/** The job publishes the package with a tag as well: a condition chooses. */
function isChosen({ job, step }: TrustedUpload): boolean {
  return job.publishes.some(
    (other) =>
      other !== step &&
      other.packages.some((one) => step.packages.includes(one)) &&
      flagValue(parseOptions(other.args, new Set(['--tag'])), '--tag') !== undefined,
  )
}

function hasTagOfFile({ publishConfig, npmrc }: NpmManifest, { manifests }: Release): boolean {
  const root = manifests.npm.find(({ directory }) => directory === '.')
  return publishConfig.has('tag') || npmrc.has('tag') || root?.npmrc.has('tag') === true
}

function manifestsOf(step: PublishStep, { manifests }: Release): readonly NpmManifest[] {
  return manifests.npm.filter(({ directory }) => step.packages.includes(directory))
}

/** Commands of the project's own that speak of versions. */
function mayChangeVersion({ job, step }: TrustedUpload): boolean {
  return stepsBefore(job, step).some(({ commands }) =>
    commands.some(({ text }) => /version|bump|prerelease|canary|nightly/i.test(text)),
  )
}

function lineOfVersion(file: string, release: Release): number {
  const lines = release.source(file)?.text.split('\n') ?? []
  return (
    Math.max(
      0,
      lines.findIndex((line) => /^\s*"version"\s*:/.test(line)),
    ) + 1
  )
}
