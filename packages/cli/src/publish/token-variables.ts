import { type Ecosystem, PYPI } from '@trustpub/publisher'

/** The variables in which the clients of an ecosystem look for a token, and for the registry that it is for. */
export function tokenVariables(
  ecosystem: Ecosystem,
  registry: URL,
  token: string,
): Readonly<Record<string, string>> {
  return ecosystem === 'npm' ? npmVariables(registry, token) : pypiVariables(registry, token)
}

function npmVariables({ href }: URL, token: string): Readonly<Record<string, string>> {
  return {
    // What setup-node writes into .npmrc, and what semantic-release and changesets read.
    NODE_AUTH_TOKEN: token,
    NPM_TOKEN: token,
    // bun
    NPM_CONFIG_TOKEN: token,
    NPM_CONFIG_REGISTRY: href,
    // yarn from 2 on
    YARN_NPM_AUTH_TOKEN: token,
    YARN_NPM_PUBLISH_REGISTRY: href.replace(/\/$/, ''),
  }
}

function pypiVariables({ href }: URL, token: string): Readonly<Record<string, string>> {
  const user = '__token__'
  return {
    TWINE_USERNAME: user,
    TWINE_PASSWORD: token,
    TWINE_REPOSITORY_URL: href,
    UV_PUBLISH_TOKEN: token,
    UV_PUBLISH_URL: href,
    ...poetryVariables(href, token),
    FLIT_USERNAME: user,
    FLIT_PASSWORD: token,
    FLIT_INDEX_URL: href,
    HATCH_INDEX_USER: user,
    HATCH_INDEX_AUTH: token,
    HATCH_INDEX_REPO: href,
    PDM_PUBLISH_USERNAME: user,
    PDM_PUBLISH_PASSWORD: token,
    PDM_PUBLISH_REPO: href,
  }
}

/** The others take the address from a variable, but poetry sends to PyPI unless it is told a name: `poetry publish -r trustpub`. */
function poetryVariables(href: string, token: string): Readonly<Record<string, string>> {
  if (href === PYPI.href) return { POETRY_PYPI_TOKEN_PYPI: token }
  return { POETRY_REPOSITORIES_TRUSTPUB_URL: href, POETRY_PYPI_TOKEN_TRUSTPUB: token }
}

/** Lines for `eval` in a POSIX shell. */
export function exportLines(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  )
}

/** Lines for the file that GitHub's runner reads between steps ($GITHUB_ENV). */
export function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
