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
  return waitsOf(job).reduce((left, one) => narrowed(left, conditionOf(one)), eventsOf(job))
}

/** The conditions on the way to a publish that rule out events, up to the one that leaves none. */
export function rulingOut(job: PublishJob, step: PublishStep): readonly string[] {
  let events = eventsOf(job)
  return [...waitsOf(job).map(conditionOf), stepOf(job, step)?.condition].flatMap((text) => {
    const before = events
    events = narrowed(before, text)
    return text !== undefined && !before.every((one) => events.includes(one)) ? [text] : []
  })
}

/** Whether a job would run if it did not mind that one it waits for was skipped. */
export function isSkippedWithOthers(job: PublishJob, step: PublishStep): boolean {
  const own = [...job.source.callers.map((caller) => caller.job), job.source.job].map(conditionOf)
  return [...own, stepOf(job, step)?.condition].reduce(narrowed, eventsOf(job)).length > 0
}

/** The events that a job in between lets through with `always()`, and that the publish after it does not run for. */
export function lostBehindAlways(job: PublishJob, step: PublishStep): readonly string[] {
  const started = startsOf(job, step).map(({ event }) => event)
  const meant = waitsOf(job, asksForState).reduce(
    (left, one) => narrowed(left, conditionOf(one)),
    eventsOf(job),
  )
  return narrowed(meant, stepOf(job, step)?.condition)
    .map(({ event }) => event)
    .filter((event) => !started.includes(event))
}

/** The job, those that call its workflow, and all that these wait for. */
function waitsOf(job: Job, isEnd: (job: Tree) => boolean = () => false): readonly Tree[] {
  const { callers, workflow, job: own } = job.source
  return [...callers, { workflow, job: own }].flatMap((level) =>
    awaited(level.job, level.workflow, isEnd),
  )
}

/**
 * A job and all that it waits for: where one is skipped, so is what needs it. Only a job that asks for the state itself
 * runs nevertheless; one in between that does so does not stand up for those after it.
 */
function awaited(job: Tree, workflow: Tree, isEnd: (job: Tree) => boolean): readonly Tree[] {
  if (asksForState(job)) return [job]
  const found = new Set([job])
  for (const one of found) {
    if (isEnd(one)) continue
    for (const id of textsOf(child(one, 'needs'))) {
      const needed = child(workflow, 'jobs', id)
      if (needed) found.add(needed)
    }
  }
  return [...found]
}

function asksForState(job: Tree): boolean {
  return /\b(?:always|cancelled|failure)\(/.test(conditionOf(job) ?? '')
}

function conditionOf(job: Tree): string | undefined {
  return textOf(child(job, 'if'))
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
  return text.includes('${{') ? triggers : chosen(triggers, text)
}

/** What an expression leaves, which binds `&&` closer than `||`. What stands in `!(…)` is left to the run. */
function chosen(triggers: readonly Trigger[], written: string): readonly Trigger[] {
  const text = written.trim()
  const choices = splitOutside(text, '||')
  if (choices.length > 1) {
    return triggers.flatMap((one) => {
      const left = choices.flatMap((choice) => chosen([one], choice))
      return left.includes(one) ? [one] : left
    })
  }
  const terms = splitOutside(text, '&&')
  if (terms.length > 1) return terms.reduce(chosen, triggers)
  if (/^\(.*\)$/s.test(text)) return chosen(triggers, text.slice(1, -1))
  return text === '' ? triggers : triggers.flatMap((one) => kept(one, text))
}

/** Takes a text apart at an operator that stands neither in brackets nor in quotes. */
export function splitOutside(text: string, operator: string): readonly string[] {
  const parts = ['']
  let depth = 0
  for (const [word] of text.matchAll(/'[^']*'|&&|\|\||[\s\S]/g)) {
    if (word === '(') depth++
    if (word === ')') depth--
    if (word === operator && depth === 0) parts.push('')
    else parts.push(`${parts.pop()}${word}`)
  }
  return parts
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
