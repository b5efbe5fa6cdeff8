import { join, resolve } from 'node:path'
import type { PublishStep } from '@trustpub/pipeline'
import { nodeTool } from '../tools/node-tools.ts'
import { type Finished, run } from '../tools/run.ts'
import type { BuildContext } from './build.ts'

const TARBALL = /^[^-].*\.(?:tgz|tar\.gz)$/

/**
 * `npm publish some-1.0.0.tgz` publishes what an earlier step has packed, under a name that often only a shell knows
 * (`*.tgz`). Packs it and puts the file in the place of that name.
 */
export async function withTarball(
  context: Pick<BuildContext, 'root' | 'env' | 'progress'>,
  step: PublishStep,
): Promise<{ readonly step: PublishStep } | { readonly failed: Finished }> {
  const [directory] = step.packages
  if (step.ecosystem !== 'npm' || directory === undefined) return { step }
  if (!step.args.some((arg) => TARBALL.test(arg))) return { step }
  context.progress('npm pack')
  const tool = await nodeTool('npm', context.progress)
  const cwd = join(context.root, directory)
  const failed = await run(tool.program, [...tool.args, 'pack', '--json'], {
    cwd,
    env: context.env,
  })
  const filename = /"filename":\s*"([^"]+)"/.exec(failed.stdout)?.[1]
  if (failed.status !== 0 || filename === undefined) return { failed }
  const file = resolve(cwd, filename)
  return { step: { ...step, args: step.args.map((arg) => (TARBALL.test(arg) ? file : arg)) } }
}
