import { mkdtemp, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { PublishStep } from '@trustpub/pipeline'
import { nodeTool } from '../tools/node-tools.ts'
import { type Finished, run } from '../tools/run.ts'
import { readManifest } from './dependencies.ts'
import { packWithJsii, pacmakOf } from './jsii.ts'
import type { BuildContext } from './scene.ts'

type PackContext = Pick<BuildContext, 'root' | 'env' | 'progress'>

const TARBALL = /^[^-].*\.(?:tgz|tar\.gz)$/

/**
 * `npm publish some-1.0.0.tgz` publishes what an earlier step has packed, under a name that often only a shell knows
 * (`*.tgz`). Packs it and puts the file in the place of that name.
 */
export async function withTarball(
  context: PackContext,
  step: PublishStep,
): Promise<{ readonly step: PublishStep } | { readonly failed: Finished }> {
  const [directory] = step.packages
  if (step.ecosystem !== 'npm' || directory === undefined) return { step }
  if (!step.args.some((arg) => TARBALL.test(arg))) return { step }
  const cwd = join(context.root, directory)
  const packed = await pack(context, cwd)
  if ('failed' in packed) return packed
  const { file } = packed
  return { step: { ...step, args: step.args.map((arg) => (TARBALL.test(arg) ? file : arg)) } }
}

type Packed = { readonly file: string } | { readonly failed: Finished }

async function pack(context: PackContext, cwd: string): Promise<Packed> {
  const { jsii } = await readManifest(cwd)
  if (jsii !== undefined && (await pacmakOf(context.root, cwd)) !== undefined) {
    const to = await mkdtemp(join(dirname(context.root), 'packed-'))
    const failed = await packWithJsii(context, cwd, 'js', to)
    if (failed !== undefined) return { failed }
    const [name] = await readdir(to)
    if (name !== undefined) return { file: join(to, name) }
  }
  context.progress('npm pack')
  const tool = await nodeTool('npm', context.progress)
  const args = [...tool.args, 'pack', '--json']
  const failed = await run(tool.program, args, { cwd, env: context.env })
  const filename = /"filename":\s*"([^"]+)"/.exec(failed.stdout)?.[1]
  if (failed.status !== 0 || filename === undefined) return { failed }
  return { file: resolve(cwd, filename) }
}
