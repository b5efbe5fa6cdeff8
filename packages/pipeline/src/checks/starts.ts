import type { Job, Trigger } from '../job.ts'
import type { PublishJob, PublishStep } from '../model.ts'
import { child, entriesOf, type Tree, textOf, textsOf } from '../yaml/tree.ts'
import { stepOf } from './step-of.ts'

/** The events that let a publish run: those of its workflow, without what the conditions on the way to it rule out. */
export function startsOf(job: PublishJob, step?: PublishStep): readonly Trigger[] {
  const condition = step && stepOf(job, step)?.condition
  return narrowed(jobStarts(job), condition)
}

/** The events that let a job run. */
export function jobStarts(job: Job): readonly Trigger[] {
  const { callers, workflow, job: own } = job.source
  const levels = [...callers, { workflow, job: own }]
  const conditions = levels.flatMap((level) => conditionsOf(level.job, level.workflow))
  return conditions.reduce(narrowed, eventsOf(job))
}

/** The condition of a job, and those of the jobs that it waits for: where one is skipped, so is what needs it. */
function conditionsOf(job: Tree, workflow: Tree, seen: readonly Tree[] = []): readonly string[] {
  const condition = textOf(child(job, 'if')) ?? ''
  const own = condition === '' ? [] : [condition]
  if (seen.includes(job) || /\b(?:always|cancelled|failure)\(/.test(condition)) return own
  const needed = textsOf(child(job, 'needs')).flatMap((id) => child(workflow, 'jobs', id) ?? [])
  return [...own, ...needed.flatMap((one) => conditionsOf(one, workflow, [...seen, job]))]
}

/** What is left out of pushes is written with `-ignore` too; then nobody says here which pushes are left. */
function eventsOf({ triggers, source }: Job): readonly Trigger[] {
  const push = child(source.callers[0]?.workflow ?? source.workflow, 'on', 'push')
  const ignores = entriesOf(push).some(([name]) => /^(?:tags|branches)-ignore$/.test(name))
  return ignores
    ? triggers.map((one) => (one.event === 'push' ? { event: 'push' } : one))
    : triggers
}

/** Tells whether an event is the making of a release or a tag. */
export function isTagged({ event, tags, branches }: Trigger): boolean {
  if (event === 'push') return tags !== undefined && branches === undefined
  return event === 'release' || event === 'create'
}

function narrowed(triggers: readonly Trigger[], condition: string | undefined): readonly Trigger[] {
  const text = (condition ?? '').trim().replace(/^\$\{\{(.*)\}\}$/s, '$1')
  // What is in brackets, and what mixes both, is left to the run.
  const plain = text.replace(/\b\w+\([^()]*\)/g, '')
  if (text === '' || /[()]|\$\{\{/.test(plain) || (text.includes('||') && text.includes('&&'))) {
    return triggers
  }
  if (!text.includes('||')) {
    return text.split('&&').reduce((left, term) => left.flatMap((one) => kept(one, term)), triggers)
  }
  return triggers.flatMap((one) => {
    const choices = text.split('||').flatMap((term) => kept(one, term))
    return choices.includes(one) ? [one] : choices
  })
}

const EVENT = /^github\.event_name\s*(==|!=)\s*'([\w-]+)'$/
const TAG =
  /^(?:(?:startsWith|contains)\(\s*github(?:\.event)?\.ref\s*,\s*'refs\/tags(?:\/[^']*)?'\s*\)|github\.ref_type\s*==\s*'tag')$/
const BRANCH =
  /^(?:github(?:\.event)?\.ref\s*==\s*'refs\/heads\/[^']+'|github\.ref_name\s*==\s*'(?:main|master)'|github\.ref_type\s*==\s*'branch')$/

/** What one term of a condition leaves of an event. */
function kept(trigger: Trigger, written: string): readonly Trigger[] {
  const term = written.trim()
  const { event } = trigger
  const [, operator, name] = EVENT.exec(term) ?? []
  // GitHub compares without regard to case.
  if (name !== undefined) {
    return (event === name.toLowerCase()) === (operator === '==') ? [trigger] : []
  }
  if (/^github\.event\.(?:release|action\s*==\s*'(?:published|released)')$/.test(term)) {
    return event === 'release' ? [trigger] : []
  }
  if (TAG.test(term)) return ofTags(trigger)
  if (BRANCH.test(term)) return isTagged(trigger) ? [] : [trigger]
  return [trigger]
}

function ofTags(trigger: Trigger): readonly Trigger[] {
  const { event, tags, branches } = trigger
  if (/^(?:pull_request|pull_request_target|merge_group|schedule|workflow_run)$/.test(event)) {
    return []
  }
  if (event !== 'push' || (tags !== undefined && branches === undefined)) return [trigger]
  // Branches alone leave no tags.
  return branches !== undefined && tags === undefined ? [] : [{ event, tags: tags ?? ['**'] }]
}
