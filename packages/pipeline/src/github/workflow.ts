import type { Trigger } from '../job.ts'
import { child, entriesOf, isList, type Tree, textOf, textsOf } from '../yaml/tree.ts'

/** A parsed workflow file. */
export interface Workflow {
  /** Relative to the root: `.github/workflows/release.yml`. */
  readonly file: string
  readonly tree: Tree
  /** The events that start it; empty for one that is only called. */
  readonly triggers: readonly Trigger[]
}

/** Reads the events of a workflow, in all three shapes of `on:` (docs, "Workflow syntax", `on`). */
export function readWorkflow(file: string, tree: Tree): Workflow {
  const on = child(tree, 'on')
  const named = isList(on) || textOf(on) !== undefined
  const triggers = named
    ? textsOf(on).map((event) => ({ event }))
    : entriesOf(on).map(([event, filter]) => triggerOf(event, filter))
  return { file, tree, triggers: triggers.filter(({ event }) => event !== 'workflow_call') }
}

/** The jobs of a workflow by key. */
export function jobsOf({ tree }: Workflow): readonly (readonly [string, Tree])[] {
  return entriesOf(child(tree, 'jobs'))
}

function triggerOf(event: string, filter: Tree): Trigger {
  const branches = child(filter, 'branches')
  const tags = child(filter, 'tags')
  const types = child(filter, 'types')
  return {
    event,
    ...(branches && { branches: textsOf(branches) }),
    ...(tags && { tags: textsOf(tags) }),
    ...(types && { types: textsOf(types) }),
  }
}
