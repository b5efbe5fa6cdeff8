import { run } from '../tools/run.ts'

/** Where this machine gets packages from: its own settings, or the public registries. Asks only for these kinds. */
export async function findUpstreams(
  kinds: ReadonlySet<'npm' | 'pypi'>,
): Promise<{ readonly npm: URL; readonly pypi: URL }> {
  const here = { cwd: process.cwd(), env: process.env }
  const ask = async (kind: 'npm' | 'pypi', program: string, args: readonly string[]) =>
    kinds.has(kind) ? run(program, args, here).catch(() => undefined) : undefined
  const [npm, pip] = await Promise.all([
    ask('npm', 'npm', ['config', 'get', 'registry']),
    ask('pypi', 'python3', ['-m', 'pip', 'config', 'get', 'global.index-url']),
  ])
  return {
    npm: urlOr(npm?.stdout, 'https://registry.npmjs.org/'),
    pypi: urlOr(process.env.PIP_INDEX_URL ?? pip?.stdout, 'https://pypi.org/simple/'),
  }
}

function urlOr(text: string | undefined, fallback: string): URL {
  const found = text?.trim() ?? ''
  return new URL(/^https?:/.test(found) && URL.canParse(found) ? found : fallback)
}
