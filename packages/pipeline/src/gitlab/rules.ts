import type { Trigger } from '../job.ts'
import { child, isMap, itemsOf, type Tree, textOf, textsOf } from '../yaml/tree.ts'

/**
 * When a job runs, as far as `rules` and `only` say it simply (docs, "CI/CD YAML syntax"). A condition that is
 * not understood counts as a push: the rehearsal then plays the job rather than leaving it out.
 * @param workflow the `workflow:` of the configuration, whose `rules` say when there is a pipeline at all
 */
export function triggersOf(
  job: Tree,
  workflow: Tree | undefined,
  defaultBranch: string,
): readonly Trigger[] {
  const of = (rules: Tree): readonly Trigger[] =>
    distinct(itemsOf(rules).flatMap((rule) => ofRule(rule, defaultBranch)))
  const ofPipeline = child(workflow, 'rules')
  const pipelines = ofPipeline && of(ofPipeline)
  const rules = child(job, 'rules')
  const only = child(job, 'only')
  if (rules !== undefined) return within(of(rules), pipelines)
  if (only === undefined) return pipelines ?? [{ event: 'push' }, { event: 'tag' }]
  return within(distinct(textsOf(isMap(only) ? child(only, 'refs') : only).map(ofRef)), pipelines)
}

/** Those of a job's triggers for which there is a pipeline; all of them if that leaves none. */
function within(
  triggers: readonly Trigger[],
  pipelines: readonly Trigger[] | undefined,
): readonly Trigger[] {
  if (pipelines === undefined) return triggers
  const started = triggers.filter(({ event }) => pipelines.some((one) => one.event === event))
  return started.length === 0 ? triggers : started
}

function ofRule(rule: Tree, defaultBranch: string): readonly Trigger[] {
  if (textOf(child(rule, 'when')) === 'never') return []
  const condition = textOf(child(rule, 'if')) ?? ''
  const parts = condition.split('&&').map((part) => part.trim())
  const byHand = parts.some(excludesPushes) ? { byHand: true as const } : {}
  if (parts.some(wantsTag)) return [{ event: 'tag', ...byHand }]
  const branch = parts
    .map((part) => branchOf(part, defaultBranch))
    .find((name) => name !== undefined)
  return [{ event: 'push', ...(branch !== undefined && { branches: [branch] }), ...byHand }]
}

/** `$CI_PIPELINE_SOURCE == "web"`, `$CI_PIPELINE_SOURCE != "push"`. */
function excludesPushes(condition: string): boolean {
  const found = /^\$CI_PIPELINE_SOURCE\s*(==|!=)\s*["']([a-z_]+)["']$/.exec(condition)
  return found !== null && (found[1] === '==') !== (found[2] === 'push')
}

/** `$CI_COMMIT_TAG`, alone or matched against a pattern, but not where it must be absent. */
function wantsTag(condition: string): boolean {
  return (
    /^\$\{?CI_COMMIT_TAG\}?(?:\s*(?:=~.*|!=\s*(?:null|""|'')))?$/s.test(condition) ||
    /^\$CI_COMMIT_REF_TYPE\s*==\s*["']tag["']$/.test(condition)
  )
}

function branchOf(condition: string, defaultBranch: string): string | undefined {
  const found =
    /^\$CI_COMMIT_(?:BRANCH|REF_NAME)\s*==\s*(?:(\$CI_DEFAULT_BRANCH)|"([^"]+)"|'([^']+)')$/.exec(
      condition,
    )
  if (found === null) return undefined
  return found[1] === undefined ? (found[2] ?? found[3]) : defaultBranch
}

/** An entry of `only`: a keyword, a branch, or a pattern between slashes. */
function ofRef(ref: string): Trigger {
  if (ref === 'tags') return { event: 'tag' }
  const keyword = /^(?:branches|pushes|web|api|schedules|merge_requests|pipelines|triggers)$/
  return keyword.test(ref) || ref.startsWith('/')
    ? { event: 'push' }
    : { event: 'push', branches: [ref] }
}

function distinct(triggers: readonly Trigger[]): readonly Trigger[] {
  return [...new Map(triggers.map((one) => [JSON.stringify(one), one])).values()]
}
