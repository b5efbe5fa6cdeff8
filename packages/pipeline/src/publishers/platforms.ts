import type { Package, PlatformPackage, PublishJob, PublishStep } from '../model.ts'
import { publishesPlatforms } from '../repository/napi.ts'

/** The platform packages that are published along with a package: by a command of the job, or a script that npm runs. */
export function platformsWith(
  { steps }: Pick<PublishJob, 'steps'>,
  { args }: Pick<PublishStep, 'args'>,
  { platforms }: Package,
): readonly PlatformPackage[] {
  if (platforms === undefined) return []
  const byScript = platforms.byScript && !args.includes('--ignore-scripts')
  const commands = steps.flatMap((step) => step.commands.map(({ words }) => words.join(' ')))
  return byScript || commands.some(publishesPlatforms) ? platforms.packages : []
}
