import { type Release, uploadsOf } from '../release.ts'
import { valuedFlags } from '../steps/commands.ts'
import { isOn, parseOptions } from '../steps/options.ts'
import type { Check } from './check.ts'

/** What npm runs of a package while it publishes. */
const LIFECYCLE = ['prepublishOnly', 'prepack', 'prepare', 'postpack', 'publish', 'postpublish']

/** F40: scripts of the project, and of what it depends on, run where ID tokens can be had. */
export const lifecycleScripts: Check = {
  id: 'lifecycle-scripts',
  title: 'scripts of the package that run in the job with ID tokens',
  failures: ['F40'],
  severity: 'note',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      const options = parseOptions(step.args, valuedFlags('npm'))
      if (credentials !== 'trusted' || step.client !== 'npm' || isOn(options, '--ignore-scripts'))
        continue
      // Of a tarball npm runs nothing.
      if (options.rest.some((word) => /\.(?:tgz|tar\.gz)$/.test(word))) continue
      const scripts = scriptsOf(step.packages, release)
      if (scripts.length === 0) continue
      yield {
        place: step.place,
        message: `\`${step.text}\` runs ${scripts.join(', ')} in job "${job.id}", where every program may ask for ID tokens: one bad dependency could publish in your name.`,
        fix: 'Pack in another job and publish the tarball with `--ignore-scripts`; `trustpub migrate --harden` splits the job.',
      }
    }
  },
}

/** The scripts that npm runs when it publishes what is in these directories. */
export function scriptsOf(directories: readonly string[], { manifests }: Release): string[] {
  const scripts = manifests.npm
    .filter(({ directory }) => directories.includes(directory))
    .flatMap(({ scripts: of }) => LIFECYCLE.filter((name) => of.has(name)))
  return [...new Set(scripts)]
}
