import { child, entriesOf, isMap, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import { type Bindings, isExpression } from './expressions.ts'

// GitHub starts at most this many jobs from one matrix (docs, "Usage limits").
const MAX_ROWS = 256

/**
 * The rows of a job's matrix as bindings of `matrix.*` (docs, "Running variations of jobs in a workflow").
 * One empty row for a job without a matrix. Axes that an expression computes are left unbound.
 */
export function matrixRows(job: Tree): readonly Bindings[] {
  const matrix = child(job, 'strategy', 'matrix')
  let rows: readonly Bindings[] = [new Map()]
  for (const [axis, values] of entriesOf(matrix)) {
    if (axis === 'include' || axis === 'exclude') continue
    const choices = itemsOf(values).map((value) => bindingsOf(`matrix.${axis}`, value))
    if (choices.length === 0 || rows.length * choices.length > MAX_ROWS) continue
    rows = rows.flatMap((row) => choices.map((choice) => new Map([...row, ...choice])))
  }
  const axes = new Set(rows.flatMap((row) => [...row.keys()]))
  const excluded = itemsOf(child(matrix, 'exclude')).map((one) => bindingsOf('matrix', one))
  const kept = rows.filter((row) => !excluded.some((one) => one.size > 0 && agrees(row, one)))
  return included(kept, itemsOf(child(matrix, 'include')), axes)
}

/** An `include` entry extends the rows whose axes it does not contradict; else it is a row of its own. */
function included(
  rows: readonly Bindings[],
  entries: readonly Tree[],
  axes: ReadonlySet<string>,
): readonly Bindings[] {
  let extended = rows
  const added: Bindings[] = []
  for (const entry of entries.slice(0, MAX_ROWS)) {
    const bindings = bindingsOf('matrix', entry)
    const onAxes = new Map([...bindings].filter(([name]) => axes.has(name)))
    const fits = axes.size > 0 && rows.some((row) => agrees(row, onAxes))
    if (!fits) added.push(bindings)
    else {
      extended = extended.map((row) => (agrees(row, onAxes) ? new Map([...row, ...bindings]) : row))
    }
  }
  return axes.size === 0 && added.length > 0 ? added : [...extended, ...added]
}

function agrees(row: Bindings, other: Bindings): boolean {
  return [...other].every(([name, value]) => row.get(name) === value)
}

/** `{ dir: a, os: { name: b } }` under `matrix` binds `matrix.dir` and `matrix.os.name`. */
function bindingsOf(prefix: string, tree: Tree): Bindings {
  const text = textOf(tree)
  if (text !== undefined) return isExpression(text) ? new Map() : new Map([[prefix, text]])
  if (!isMap(tree)) return new Map()
  return new Map(
    entriesOf(tree).flatMap(([key, value]) => [...bindingsOf(`${prefix}.${key}`, value)]),
  )
}
