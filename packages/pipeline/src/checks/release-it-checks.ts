import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

const CONFIGS = [
  '.release-it.json',
  '.release-it.js',
  '.release-it.cjs',
  '.release-it.mjs',
  '.release-it.ts',
  '.release-it.yaml',
  '.release-it.yml',
  '.release-it.toml',
  'package.json',
]

/** F16: release-it asks who is logged in before it publishes, and nobody is. */
export const releaseItChecks: Check = {
  id: 'release-it-checks',
  title: 'release-it that asks npm who is logged in, which trusted publishing cannot answer',
  failures: ['F16'],
  severity: 'error',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (step.client !== 'release-it' || (credentials !== 'trusted' && credentials !== 'none'))
        continue
      const texts = CONFIGS.map((file) => release.source(file)?.text ?? '')
      const skips = texts.some((text) => /skipChecks["']?\s*[:=]\s*true/.test(text))
      if (
        skips ||
        step.text.includes('--npm.skipChecks') ||
        /--no-npm|npm\.publish=false/.test(step.text)
      )
        continue
      yield {
        place: step.place,
        message: `Job "${job.id}" has no npm token, and release-it runs \`npm whoami\` first: "ERROR Not authenticated with npm. Please npm login and try again."`,
        fix: 'Set `"npm": { "skipChecks": true }` in the configuration of release-it.',
      }
    }
  },
}
