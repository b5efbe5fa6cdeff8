import { run } from '../tools/run.ts'

/** Where this machine gets packages from: its own settings, or the public registries. */
export async function findUpstreams(): Promise<{ readonly npm: URL; readonly pypi: URL }> {
  const here = { cwd: process.cwd(), env: process.env }
  const [npm, pip] = await Promise.all([
    run('npm', ['config', 'get', 'registry'], here).catch(() => undefined),
    run('python3', ['-m', 'pip', 'config', 'get', 'global.index-url'], here).catch(() => undefined),
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
