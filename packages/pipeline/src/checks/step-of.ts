import type { JobStep } from '../job.ts'
import type { PublishJob, PublishStep } from '../model.ts'

/** The step of the job, or the line of its script, that a publish is part of. */
export function stepOf({ steps }: PublishJob, { within }: PublishStep): JobStep | undefined {
  return steps.find(({ tree }) => tree === within)
}

/** The value of an environment variable that the publish sees, in any letter case, as npm takes it. */
export function variableOf(
  job: PublishJob,
  step: PublishStep,
  name: string,
): { readonly value: string } | undefined {
  const variables = [...(stepOf(job, step)?.variables ?? [])]
  return variables.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** The steps of the job that run before the publish. */
export function stepsBefore({ steps }: PublishJob, { within }: PublishStep): readonly JobStep[] {
  const at = steps.findIndex(({ tree }) => tree === within)
  return at < 0 ? steps : steps.slice(0, at)
}
