import type { ClientId } from '../model.ts'
import { flagValue, isAlwaysOn, isOn, parseOptions } from './options.ts'
import type { Recognised } from './recognised.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

/** A program that publishes by way of others, or to an index of its own choice. */
interface PublishingTool {
  readonly client: ClientId
  /** The program, then the verbs that publish. */
  readonly words: readonly string[]
  /** Whether it publishes every public workspace, or what stands in its directory. */
  readonly all?: true
  /** What follows the words where the command does something else. */
  readonly but?: RegExp
  /** Flags of its publish command that take the next word. */
  readonly valued?: string
  /** Those among them that name the directory in which it works. */
  readonly directory?: readonly string[]
}

const PYTHON_VALUED =
  '-r --repository --repository-url -u --username -p --password --token --user --auth'
const POETRY_VALUED = `${PYTHON_VALUED} --dist-dir -C --directory -P --project --cert --client-cert`
const HATCH_VALUED =
  '-r --repo -u --user -a --auth -o --option --ca-cert --client-cert -p --project -e --env'
const PDM_VALUED =
  '-r --repository -u --username -P --password -p --project -d --dest -c --comment -i --identity -k --skip --ca-certs'
const MATURIN_VALUED = `${PYTHON_VALUED} -o --out -m --manifest-path -b --bindings -i --interpreter --target --compatibility --features -F --profile`

/** One row for each program; a word that may be left out has a row of its own. */
const TOOLS: readonly PublishingTool[] = [
  { client: 'python-semantic-release', words: ['python-semantic-release', 'publish'] },
  // The one of npm has no verbs.
  { client: 'python-semantic-release', words: ['semantic-release', 'publish'] },
  {
    client: 'semantic-release',
    words: ['semantic-release'],
    // python-semantic-release has the same name and these verbs.
    but: /^(?:version|changelog|print-version)$/,
  },
  { client: 'semantic-release', words: ['multi-semantic-release'], all: true },
  { client: 'semantic-release', words: ['@qiwi/multi-semantic-release'], all: true },
  { client: 'changesets', words: ['changeset', 'publish'], all: true, valued: '--tag --otp' },
  { client: 'changesets', words: ['changesets', 'publish'], all: true, valued: '--tag --otp' },
  { client: 'changesets', words: ['@changesets/cli', 'publish'], all: true, valued: '--tag --otp' },
  { client: 'release-it', words: ['release-it'] },
  { client: 'np', words: ['np'] },
  { client: 'lerna', words: ['lerna', 'publish'], all: true },
  { client: 'nx', words: ['nx', 'release', 'publish'], all: true },
  {
    client: 'nx',
    words: ['nx', 'release'],
    all: true,
    but: /^(?:version|changelog|plan(?::check)?)$/,
  },
  { client: 'rush', words: ['rush', 'publish'], all: true },
  { client: 'auto', words: ['auto', 'shipit'], all: true },
  { client: 'auto', words: ['auto', 'publish'], all: true },
  { client: 'publib', words: ['publib'] },
  { client: 'publib', words: ['publib-npm'] },
  { client: 'bun', words: ['bun', 'publish'], valued: '--registry --tag --access --otp --cwd' },
  {
    client: 'poetry',
    words: ['poetry', 'publish'],
    valued: POETRY_VALUED,
    directory: ['-C', '--directory', '-P', '--project'],
  },
  { client: 'flit', words: ['flit', 'publish'], valued: `${PYTHON_VALUED} --pypirc --format` },
  { client: 'hatch', words: ['hatch', 'publish'], valued: HATCH_VALUED },
  { client: 'pdm', words: ['pdm', 'publish'], valued: PDM_VALUED, directory: ['-p', '--project'] },
  { client: 'rye', words: ['rye', 'publish'], valued: PYTHON_VALUED },
  { client: 'maturin', words: ['maturin', 'publish'], valued: MATURIN_VALUED },
  { client: 'maturin', words: ['maturin', 'upload'], valued: MATURIN_VALUED },
]

const PYTHON: ReadonlySet<ClientId> = new Set<ClientId>([
  'twine',
  'uv',
  'poetry',
  'flit',
  'hatch',
  'pdm',
  'rye',
  'maturin',
  'setup.py',
  'python-semantic-release',
])

/** Tells whether a client uploads to a Python index. */
export function isPythonClient(client: ClientId): boolean {
  return PYTHON.has(client)
}

/** The flags that take the next word, of each of these tools' publish commands. */
export const TOOL_VALUED: ReadonlyMap<ClientId, ReadonlySet<string>> = new Map(
  TOOLS.map(({ client, valued = '' }) => [client, new Set(valued.split(' '))]),
)

/** What such a program publishes; undefined for every other one, and for a dry run. */
export function publishingTool(words: readonly string[]): Publish | undefined {
  const [program = '', ...rest] = words
  if (program === 'python' && rest[0] === 'setup.py' && rest.includes('upload')) {
    return {
      kind: 'publish',
      client: 'setup.py',
      args: rest.slice(1),
      selection: { of: 'directory' },
    }
  }
  const optionsOf = ({ valued = '' }: PublishingTool) =>
    parseOptions(rest, new Set(valued.split(' ')))
  const tool = TOOLS.find((one) => {
    const [name, ...verbs] = one.words
    if (name !== program) return false
    const words = optionsOf(one).rest
    return (
      verbs.every((verb, at) => words[at] === verb) &&
      one.but?.test(words[verbs.length] ?? '') !== true
    )
  })
  if (tool === undefined) return undefined
  const options = optionsOf(tool)
  if (isAlwaysOn(options, '--dry-run', '--preview', '--help', '-h')) return undefined
  // To pdm it names the folder of the distributions.
  if (isOn(options, '-d') && tool.client !== 'pdm') return undefined
  if (isOn(options, '--skip-publish', '--skipPublish', '--no-publish')) return undefined
  const directory = flagValue(options, ...(tool.directory ?? []))
  const verbs = [...tool.words.slice(1)]
  const args = rest.filter((word) => verbs[0] !== word || verbs.shift() === undefined)
  return {
    kind: 'publish',
    client: tool.client,
    args,
    selection: tool.all ? { of: 'all' } : { of: 'directory' },
    ...(directory !== undefined && { directory }),
  }
}
