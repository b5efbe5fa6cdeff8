import type { ClientId, PublishStep } from '../../model.ts'

/**
 * The command that makes what a publish uploaded; empty where the publish only uploads, undefined where nothing can be
 * written that makes the same.
 */
export function buildOf(step: PublishStep): string | undefined {
  return BUILDS[step.client]?.(step.text)
}

const BUILDS: Partial<Readonly<Record<ClientId, (text: string) => string | undefined>>> = {
  poetry: (text) => (/\s--build\b/.test(text) ? poetryBuild(text) : ''),
  flit: (text) => building(text, 'flit', /\s--(?:format[ =]\S+|(?:no-)?(?:setup-py|use-vcs))/g),
  pdm: (text) => (/\s--no-build\b/.test(text) ? '' : building(text, 'pdm', PDM_FLAGS)),
  twine: () => '',
  hatch: () => '',
  rye: () => '',
  maturin: (text) => (/\bmaturin\b.*?\spublish\b/s.test(text) ? maturinBuild(text) : ''),
  'setup.py': setupPy,
}

/** What the publish takes as `--dist-dir` the build takes as `--output`. */
function poetryBuild(text: string): string | undefined {
  const build = building(text, 'poetry', /\s--dist-dir[ =]\S+/g)
  return build?.replace(/--dist-dir\b/, '--output')
}

const PDM_FLAGS = /\s(?:-d|--dest|-p|--project)[ =]\S+/g

/** `pipx run poetry publish --build -p …` → `pipx run poetry build`, with the flags that both commands have. */
function building(text: string, program: string, shared: RegExp): string | undefined {
  const found = new RegExp(`^(.*?\\b${program}\\b.*?)\\s+publish\\b(.*)$`, 's').exec(text)
  return found === null
    ? undefined
    : [`${found[1]} build`, ...((found[2] ?? '').match(shared) ?? [])].join('')
}

/** `maturin publish` optimises and makes a source distribution, `maturin build` does neither by itself. */
function maturinBuild(text: string): string {
  const [, head = '', flags = ''] = /^(.*?\bmaturin\b.*?)\s+publish\b(.*)$/s.exec(text) ?? []
  return `${head} build ${maturinFlags(flags)}`
}

/** Flags of `maturin publish` alone, or written anew for the build. */
const UPLOAD_SWITCHES =
  /\s*(?<!\S)(?:--skip-existing|--no-sdist|--non-interactive|--release)(?!\S)/g
const UPLOAD_OPTIONS =
  /\s*(?<!\S)(?:-u|--username|-p|--password|-r|--repository|--repository-url)(?:[= ](?:"[^"]*"|'[^']*'|\$\{\{[^}]*\}\}|[^-\s]\S*))?/g

/** What `maturin build` is to be given for what `maturin publish` was given. */
export function maturinFlags(flags: string): string {
  const kept = flags.replace(UPLOAD_SWITCHES, '').replace(UPLOAD_OPTIONS, '')
  const sdist = /(?<!\S)--no-sdist\b/.test(flags) ? '' : ' --sdist'
  return `--release${sdist}${kept === '' || /^\s/.test(kept) ? kept : ` ${kept}`}`
}

/** `python setup.py sdist upload -r pypi` without what comes with `upload`; a command that builds nothing is one of its own. */
function setupPy(text: string): string | undefined {
  const [before = '', after = ''] = text.split(/\s+upload\b/, 2)
  const rest = after.replace(
    /\s+(?:(?:-r|--repository|-i|--identity)[ =]\S+|-s\b|--sign\b|--show-response\b)/g,
    '',
  )
  const build = (before + rest).replace(/\s+register\b/, '')
  return /\s[bs]dist/.test(build) ? build : undefined
}
