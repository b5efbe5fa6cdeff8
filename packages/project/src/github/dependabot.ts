import { YamlFile } from '../files/yaml-file.ts'
import type { Project } from '../project.ts'

/** Bad releases are mostly found and withdrawn within some days; nobody needs to be the one who finds them. */
const COOLDOWN_DAYS = 7

/** `.github/dependabot.yml`, for the dependencies only: what workflows use is renewed with the definition. */
export function addDependabot(project: Project, ecosystem: 'npm' | 'uv' | 'pip'): void {
  if (project.github === undefined || project.parent !== undefined) return
  const update = {
    'package-ecosystem': ecosystem,
    directory: '/',
    schedule: { interval: 'weekly' },
    cooldown: { 'default-days': COOLDOWN_DAYS },
    groups: { dependencies: { patterns: ['*'] } },
  }
  new YamlFile(project, '.github/dependabot.yml', { obj: { version: 2, updates: [update] } })
}
