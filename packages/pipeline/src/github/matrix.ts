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

/**
 * The rows that differ in something that the job says anything about: on three systems the same is done, unless the job
 * asks for the system.
 */
export function tellingRows(job: Tree): readonly Bindings[] {
  const rows = matrixRows(job)
  if (rows.length === 1) return rows
  const text = textsIn(job).join('\n')
  // `toJSON(matrix)`, `matrix[…]`: everything may count.
  if (/\bmatrix\b(?!\.[\w-])/.test(text)) return rows
  const named = new Set([...text.matchAll(/\bmatrix\.([\w-]+)/g)].map(([, name = '']) => name))
  const tells = ([name]: readonly [string, string]): boolean => named.has(name.split('.')[1] ?? '')
  const keyOf = (row: Bindings): string => JSON.stringify([...row].filter(tells).toSorted())
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}

/** Every text of a job but those of the matrix itself, and of where it runs. */
function textsIn(tree: Tree): readonly string[] {
  const text = textOf(tree)
  if (text !== undefined) return [text]
  const values = isMap(tree)
    ? entriesOf(tree).flatMap(([key, value]) =>
        key === 'strategy' || key === 'runs-on' ? [] : [value],
      )
    : itemsOf(tree)
  return values.flatMap(textsIn)
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
