import type { JobStep, ScriptCommand } from '../job.ts'
import { child, textOf } from '../yaml/tree.ts'

/** `|| true`, `|| echo`: whoever writes that goes on without what the command does. */
export function goesOn({ tree }: JobStep, { text }: ScriptCommand): boolean {
  const script = textOf(child(tree, 'run')) ?? ''
  const rest = script.slice(script.indexOf(text) + text.length).split('\n')[0] ?? ''
  return textOf(child(tree, 'continue-on-error')) === 'true' || /\|\|(?!.*\bexit\b)/.test(rest)
}
