import { posix } from 'node:path'
import type { Unknown } from '../model.ts'
import type { Release } from '../release.ts'
import type { Check, Found } from './check.ts'

/** A file that is broken: a package.json that a job publishes, or a workflow, which may hold the release or not. */
export const unreadableFile: Check = {
  id: 'unreadable-file',
  title:
    'a package.json to publish that is not valid JSON; a workflow or .gitlab-ci.yml that the CI cannot read',
  failures: ['F20', 'F28'],
  severity: 'error',
  *find(release) {
    for (const unknown of release.pipeline.unknowns) {
      const found = unknown.broken === undefined ? undefined : judged(unknown, release)
      if (found !== undefined) yield found
    }
  },
}

function judged({ place, sentence, broken }: Unknown, release: Release): Found | undefined {
  if (place === undefined) return undefined
  if (broken === 'workflow') {
    const message = `${sentence} Until then nothing in it runs, a release neither.`
    const fix = 'Correct the file, or take it away.'
    return { severity: 'warning', place, message, fix }
  }
  // What one reader of pyproject.toml refuses another may take: of that nothing is certain.
  if (posix.basename(place.file) !== 'package.json') return undefined
  if (!publishesIn(posix.dirname(place.file), release)) return undefined
  const message = `${sentence} npm ends with "npm error code EJSONPARSE" and publishes nothing.`
  return { place, message, fix: 'Correct the file.' }
}

function publishesIn(directory: string, { pipeline }: Release): boolean {
  return pipeline.jobs.some(({ publishes }) =>
    publishes.some((step) => step.ecosystem === 'npm' && step.directory === directory),
  )
}
