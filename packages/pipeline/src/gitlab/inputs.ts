import { child, entriesOf, isList, isMap, type Tree, textOf } from '../yaml/tree.ts'

/** What an include passes, or a file has for itself, by name. */
export type Inputs = ReadonlyMap<string, Tree>

/** `$[[ inputs.name ]]`; a function behind it but `expand_vars` makes another text of it (docs, "CI/CD inputs"). */
const INPUT = /\$\[\[\s*inputs\.([\w-]+)\s*(?:\|\s*expand_vars\s*)?\]\]/g
const ALONE = new RegExp(`^${INPUT.source}$`)

/** The inputs of a file: those that its `spec:` declares, as the include passes them, else their defaults. */
export function inputsOf(file: Tree, passed: Tree | undefined): Inputs {
  const declared = entriesOf(child(file.header, 'spec', 'inputs'))
  return new Map(
    declared.flatMap(([name, input]) => {
      const value = child(passed, name) ?? child(input, 'default')
      return value === undefined || sizeOf(value) > MAX_SIZE ? [] : [[name, value] as const]
    }),
  )
}

/** A file with its inputs put in, in keys too. What nobody passes stays as it is written. */
export function withInputs(tree: Tree, inputs: Inputs): Tree {
  if (inputs.size === 0) return tree
  const text = textOf(tree)
  if (text !== undefined) {
    const alone = inputs.get(ALONE.exec(text)?.[1] ?? '')
    // A list or a map takes the place of the text.
    if (alone !== undefined && (isList(alone) || isMap(alone))) return alone
    return text.includes('$[[') ? { ...tree, value: filled(text, inputs) } : tree
  }
  if (isList(tree)) return { ...tree, value: tree.value.map((item) => withInputs(item, inputs)) }
  if (!isMap(tree)) return tree
  const entries = [...tree.value].map(
    ([key, value]) => [filled(key, inputs), withInputs(value, inputs)] as const,
  )
  return { ...tree, value: new Map(entries) }
}

function filled(text: string, inputs: Inputs): string {
  return text.replace(INPUT, (written, name: string) => textOf(inputs.get(name)) ?? written)
}

// A file that includes itself with its input twice over would double it each time; nobody passes as much.
const MAX_SIZE = 10_000

/** The letters of a value, counted until it is too large. */
function sizeOf(tree: Tree): number {
  let size = 0
  const open = [tree]
  for (let node = open.pop(); node !== undefined && size <= MAX_SIZE; node = open.pop()) {
    size += 1 + (textOf(node)?.length ?? 0)
    if (isList(node)) open.push(...node.value)
    if (isMap(node)) open.push(...node.value.values())
  }
  return size
}

/** What tells two includes of a file apart. */
export function spelt(inputs: Inputs): string {
  return JSON.stringify([...inputs].map(([name, value]) => [name, plain(value)]))
}

function plain(tree: Tree): unknown {
  if (isList(tree)) return tree.value.map(plain)
  return isMap(tree) ? [...tree.value].map(([key, value]) => [key, plain(value)]) : tree.value
}
