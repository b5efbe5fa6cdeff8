import { child, itemsOf, type Tree, textOf, textsOf } from '../yaml/tree.ts'

/** The stages of a configuration that names none (docs, "CI/CD YAML syntax", `stages`). */
const STAGES = ['build', 'test', 'deploy']

/**
 * The jobs that a job waits for: those that it `needs`, else all of earlier stages.
 * @param jobs the jobs by key, with what they extend
 */
export function jobsBefore(
  id: string,
  jobs: ReadonlyMap<string, Tree>,
  config: Tree,
): readonly string[] {
  const job = jobs.get(id)
  const needs = child(job, 'needs')
  if (needs !== undefined) {
    const names = itemsOf(needs).flatMap((one) => textOf(one) ?? textOf(child(one, 'job')) ?? [])
    return names.filter((name) => jobs.has(name))
  }
  const listed = textsOf(child(config, 'stages'))
  const stages = ['.pre', ...(listed.length > 0 ? listed : STAGES), '.post']
  const stageOf = (tree: Tree | undefined): number =>
    stages.indexOf(textOf(child(tree, 'stage')) ?? 'test')
  return [...jobs.keys()].filter((other) => stageOf(jobs.get(other)) < stageOf(job))
}
