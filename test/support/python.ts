import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment, type Variables } from './environment.ts'
import { temporaryFolder, writeFiles } from './folders.ts'
import type { Json } from './http.ts'
import type { Server } from './server.ts'
import { type Finished, type PythonTools, run } from './tools.ts'

/** An sdist and a wheel of the smallest project that can be imported. */
export interface Distributions {
  readonly folder: string
  readonly files: readonly string[]
  readonly bytes: (ending: string) => Buffer
}

/** Builds the project `name` with the module `module`, whose `text` is the given one. */
export async function buildDistributions(
  { python }: PythonTools,
  name: string,
  version: string,
  text: string,
): Promise<Distributions> {
  const source = temporaryFolder()
  const module = name.replaceAll('-', '_')
  const [quotedName, quotedVersion] = [JSON.stringify(name), JSON.stringify(version)]
  writeFiles(source, {
    'pyproject.toml': `[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"
[project]
name = ${quotedName}
version = ${quotedVersion}
[tool.setuptools]
py-modules = ["${module}"]
`,
    [`${module}.py`]: `text = ${JSON.stringify(text)}\n`,
  })
  const folder = join(source, 'dist')
  mkdirSync(folder)
  // The virtual environment has setuptools, so nothing is fetched for building.
  const args = ['-m', 'build', '--no-isolation', '--outdir', folder, source]
  const built = await run(python, args, { cwd: source, env: cleanEnvironment() })
  if (built.status !== 0) throw new Error(built.output)
  const files = readdirSync(folder).map((file) => join(folder, file))
  return {
    folder,
    files,
    bytes: (ending) => readFileSync(files.find((file) => file.endsWith(ending)) ?? ''),
  }
}

/** `uv publish`, which exchanges by itself. */
export function uvPublish(
  { uv }: PythonTools,
  server: Server,
  env: Variables,
  { files, folder }: Distributions,
): Promise<Finished> {
  const to = ['--trusted-publishing', 'always', '--publish-url', `${server.url}/legacy/`]
  const variables = { ...env, ...trusting(server) }
  return run(uv, ['publish', ...to, ...files], { cwd: folder, env: variables })
}

/** `twine upload` with an API token. */
export function twineUpload(
  { python }: PythonTools,
  server: Server,
  token: string,
  { files, folder }: Distributions,
): Promise<Finished> {
  const to = ['--non-interactive', '--disable-progress-bar', '--repository-url']
  const args = ['-m', 'twine', 'upload', ...to, `${server.url}/legacy/`, ...files]
  const env = {
    ...cleanEnvironment(),
    ...trusting(server),
    TWINE_USERNAME: '__token__',
    TWINE_PASSWORD: token,
  }
  return run(python, args, { cwd: folder, env })
}

/**
 * The exchange as pypa/gh-action-pypi-publish does it: ask for the audience, request an ID token for it, mint. The
 * answer is the registry's, be it a token or a refusal.
 */
export async function mintAsAction(server: Server, env: Variables): Promise<Json> {
  const { audience } = (await server.send('/_/oidc/audience')).json()
  const url = new URL(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? '')
  url.searchParams.set('audience', String(audience))
  const authorization = `bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`
  const { value } = (await (await fetch(url, { headers: { authorization } })).json()) as {
    value: string
  }
  return mint(server, value)
}

export async function mint(server: Server, idToken: string): Promise<Json> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ token: idToken })
  return (await server.send('/_/oidc/mint-token', { method: 'POST', headers, body })).json()
}

/** A fresh virtual environment without pip; the Python in it. */
export async function virtualEnvironment({ python, uv }: PythonTools): Promise<string> {
  const folder = join(temporaryFolder(), 'venv')
  const options = { cwd: temporaryFolder(), env: cleanEnvironment() }
  const made = await run(uv, ['venv', '--python', python, folder], options)
  if (made.status !== 0) throw new Error(made.output)
  return join(folder, 'bin', 'python')
}

/** The variables by which uv, pip and requests trust the server's own certificate, and nothing of this machine's. */
export function trusting({ data }: Server): Variables {
  const certificate = join(data, 'tls', 'certificate.pem')
  return {
    SSL_CERT_FILE: certificate,
    REQUESTS_CA_BUNDLE: certificate,
    PIP_CERT: certificate,
    PIP_FIND_LINKS: '',
    UV_NO_CONFIG: '1',
    UV_PYTHON_DOWNLOADS: 'never',
  }
}

/** The address of the simple index with a token that may read. */
export function indexUrl({ url }: Server, token: string): string {
  return `${url.replace('://', `://__token__:${token}@`)}/simple/`
}
