import { child, isList, isMap, itemsOf, spell, type Tree, textOf, textsOf } from '../yaml/tree.ts'

// GitLab's own limits (docs, "CI/CD YAML syntax", `extends` and `!reference`).
const MAX_EXTENDS = 11
const MAX_REFERENCES = 10

/** Maps merge key by key, the second winning; everything else, lists too, is replaced. */
export function deepMerge(base: Tree, over: Tree): Tree {
  if (base === over || !isMap(base) || !isMap(over)) return over
  const merged = new Map(base.value)
  for (const [key, value] of over.value) {
    const below = merged.get(key)
    merged.set(key, below === undefined ? value : deepMerge(below, value))
  }
  return { ...over, value: merged }
}

/** A job with what it `extends` merged in, and the sentences about what could not be. */
export function extended(
  job: Tree,
  config: Tree,
  problem: (sentence: string, at: Tree) => void,
  above: readonly Tree[] = [],
): Tree {
  const bases = child(job, 'extends')
  if (bases === undefined) return job
  if (above.length >= MAX_EXTENDS || above.includes(job)) {
    problem(
      `\`extends\` at ${spell(bases.place)} goes round in a circle or too deep; GitLab refuses it.`,
      bases,
    )
    return job
  }
  const merged = textsOf(bases).reduce<Tree | undefined>((sum, name) => {
    const base = child(config, name)
    if (base === undefined) {
      problem(`\`extends: ${name}\` names a job that is not in the files that were read.`, bases)
      return sum
    }
    const full = extended(base, config, problem, [...above, job])
    return sum === undefined ? full : deepMerge(sum, full)
  }, undefined)
  return merged === undefined ? job : { ...deepMerge(merged, job), place: job.place }
}

// Their items are put in one by one, which `scriptLines` does.
const SCRIPTS = new Set(['before_script', 'script', 'after_script'])

/** Whether a job extends something that stands in none of the files that were read. */
export function extendsUnread(job: Tree, config: Tree, depth = 0): boolean {
  return textsOf(child(job, 'extends')).some((name) => {
    const base = child(config, name)
    return base === undefined || (depth < MAX_EXTENDS && extendsUnread(base, config, depth + 1))
  })
}

/** A job with what `!reference [job, key]` stands for, outside of its scripts. */
export function dereferenced(job: Tree, config: Tree, depth = 0): Tree {
  if (depth > MAX_REFERENCES) return job
  if (job.tag === '!reference') {
    const target = child(config, ...textsOf(job))
    return target === undefined ? job : dereferenced(target, config, depth + 1)
  }
  if (!isMap(job)) return job
  const entries = [...job.value].map(([key, value]): [string, Tree] => [
    key,
    SCRIPTS.has(key) ? value : dereferenced(value, config, depth + 1),
  ])
  const isSame = entries.every(([key, value]) => value === job.value.get(key))
  return isSame ? job : { ...job, value: new Map(entries) }
}

/** The lines of a script: nested lists flattened, `!reference [job, script]` put in. */
export function scriptLines(script: Tree | undefined, config: Tree, depth = 0): readonly Tree[] {
  if (script === undefined || depth > MAX_REFERENCES) return []
  const target = script.tag === '!reference' ? child(config, ...textsOf(script)) : script
  if (target !== script) return scriptLines(target, config, depth + 1)
  if (!isList(script)) return textOf(script) === undefined ? [] : [script]
  return itemsOf(script).flatMap((item) => scriptLines(item, config, depth + 1))
}
