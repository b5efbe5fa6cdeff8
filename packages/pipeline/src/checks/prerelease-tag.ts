import type { PublishStep } from '../model.ts'
import { type Release, uploadsOf } from '../release.ts'
import { flagValue, parseOptions } from '../steps/options.ts'
import { isCertainlyAtLeast } from '../steps/tool-version.ts'
import type { Check } from './check.ts'

/** F22: npm 11 publishes no prerelease without a dist-tag. */
export const prereleaseTag: Check = {
  id: 'prerelease-tag',
  title: 'a prerelease that is published without `--tag`, which npm 11 refuses',
  failures: ['F22'],
  severity: 'error',
  *find(release) {
    for (const { step } of uploadsOf(release)) {
      if (step.client !== 'npm' || step.setsVersion || step.action !== undefined || hasTag(step))
        continue
      if (step.npm === undefined || !isCertainlyAtLeast(step.npm, '11.0.0')) continue
      for (const { file, name, version } of manifestsOf(step, release)) {
        yield {
          place: { file, line: 1, column: 1 },
          message: `${name} is at ${version}, a prerelease, and \`${step.text}\` names no tag: "npm error You must specify a tag using --tag when publishing a prerelease version."`,
          fix: 'Publish it with `--tag next` (or beta, rc …), or set `publishConfig.tag`.',
        }
      }
    }
  },
}

function hasTag({ args }: PublishStep): boolean {
  return flagValue(parseOptions(args, new Set(['--tag'])), '--tag') !== undefined
}

function manifestsOf(step: PublishStep, { manifests }: Release) {
  return (
    manifests.npm
      .filter(({ directory }) => step.packages.includes(directory))
      .filter(
        ({ version = '', publishConfig }) =>
          /^\d+\.\d+\.\d+-/.test(version) && !publishConfig.has('tag'),
      )
      // Placeholders that the release replaces.
      .filter(({ version = '' }) => !/^0\.0\.0-/.test(version))
  )
}
