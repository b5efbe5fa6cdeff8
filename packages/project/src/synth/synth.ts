import type { Project } from '../project.ts'
import { planSynth, type SynthPlan } from './plan.ts'
import { writePlan } from './write.ts'

type Synthesiser = (project: Project) => SynthPlan

let synthesiser: Synthesiser = (project) => {
  const plan = planSynth(project)
  writePlan(plan)
  return plan
}

/**
 * Decides what `project.synth()` in a definition does from now on: `trustpub synth --check` only plans.
 * @returns a function that restores what it did before
 */
export function interceptSynth(replacement: Synthesiser): () => void {
  const before = synthesiser
  synthesiser = replacement
  return () => {
    synthesiser = before
  }
}

export function synthesise(project: Project): SynthPlan {
  return synthesiser(project)
}
