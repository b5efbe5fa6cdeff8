import { cleanEnvironment, type Variables } from './environment.ts'
import { temporaryFolder, writeFiles } from './folders.ts'
import { PROGRAM } from './server.ts'
import { type Finished, run } from './tools.ts'

/** What somebody has who has never used the program: no cache, and git without a name. */
export const PROJECT_ENVIRONMENT: Variables = cleanEnvironment()

/** Runs the program in a folder. */
export function trustpub(
  cwd: string,
  args: readonly string[],
  env: Variables = {},
): Promise<Finished> {
  return run(process.execPath, [PROGRAM, ...args], { cwd, env: { ...PROJECT_ENVIRONMENT, ...env } })
}

/** A folder with these files, and what `trustpub synth` makes of it. */
export async function synth(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Finished & { readonly folder: string }> {
  const folder = temporaryFolder()
  writeFiles(folder, files)
  return { folder, ...(await trustpub(folder, ['synth', ...args])) }
}

/** stderr and stdout come as one text, in no certain order. */
export function stderrOf({ output, stdout }: Pick<Finished, 'output' | 'stdout'>): string {
  return output.replace(stdout, '')
}

/** The options of a project that publishes to npm, as JavaScript. */
export const OPTIONS: string = `{ name: 'widget', repository: 'acme/widget', publishToNpm: true,
  npmPublishOptions: { trustedPublishing: true } }`

/** The definition of that project, as a module. */
export const DEFINITION: string = `import { NodeProject } from '@trustpub/project'
const project = new NodeProject(${OPTIONS})
project.synth()
`
