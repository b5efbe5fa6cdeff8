import type { Job, ScriptCommand } from '../job.ts'
import type { PublishStep } from '../model.ts'
import type { Release } from '../release.ts'

/** A command that puts a version where a person has to approve it, which needs another permission than a publish. */
export interface Staging {
  readonly job: Job
  readonly command: ScriptCommand
  /** `npm:@acme/widget`; undefined where the command does not stage what stands in its directory. */
  readonly package: string | undefined
}

/** The commands `npm stage publish` and `pnpm stage publish` of all jobs. */
export function stagingsIn({ pipeline }: Release): readonly Staging[] {
  return [...pipeline.jobs, ...pipeline.otherJobs].flatMap((job) =>
    job.steps
      .flatMap(({ commands }) => commands)
      .flatMap((command) => {
        const [program = '', ...rest] = command.words
        const [stage, publish, what = '.'] = rest.filter((word) => !word.startsWith('-'))
        if (!/^p?npm$/.test(program) || stage !== 'stage' || publish !== 'publish') return []
        const here = what === '.' ? command.directory : undefined
        const found = pipeline.packages.find(
          ({ ecosystem, directory }) => ecosystem === 'npm' && directory === here,
        )
        return [{ job, command, package: found && `npm:${found.name}` }]
      }),
  )
}

/** Whether a publish stages: `yarn npm publish --staged`, `np --stage`. */
export function isStaged({ args }: PublishStep): boolean {
  return args.some((word) => word === '--staged' || word === '--stage')
}
