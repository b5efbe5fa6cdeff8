import { posix } from 'node:path'
import type { ActionUse, ToolVersion } from '../job.ts'
import type { ReadText } from '../repository/files.ts'
import type { Manifests } from '../repository/manifests.ts'
import { nodeVersionIn, packageManagerIn } from '../repository/tool-files.ts'
import { toolVersion, withTools } from '../steps/installed-tools.ts'
import { bundledNpm, nodeRange } from '../steps/node-versions.ts'
import type { ShellState } from '../steps/shell-state.ts'
import { child, type Tree } from '../yaml/tree.ts'

/** The inputs of an action, as they are passed. */
export type Inputs = ReadonlyMap<string, string>

/** Actions that put a program on the PATH. */
const SETS_UP: ReadonlyMap<string, string> = new Map([
  ['pnpm/action-setup', 'pnpm'],
  ['astral-sh/setup-uv', 'uv'],
  ['pdm-project/setup-pdm', 'pdm'],
  ['oven-sh/setup-bun', 'bun'],
])

/** Actions that may put a Node on the PATH which is written elsewhere: in a file of theirs, or in the action. */
const MAY_SET_UP_NODE =
  /^(?!\.|(?:actions|pnpm|docker)\/).*(?:mise|volta|asdf|\bnix|devbox|flox|setup-(?:toolchain|proto|node|js|env|pnpm|npm|yarn)[\w-]*$|\/(?:[\w-]+-)?(?:setup|prepare)$)/

/** Tells whether an action puts a program on the PATH. */
export function setsUpTool({ name }: ActionUse): boolean {
  return SETS_UP.has(name)
}

/** Tells whether an action may bring a Node that the repository does not tell. */
export function maySetUpNode({ name }: ActionUse): boolean {
  return MAY_SET_UP_NODE.test(name)
}

/** The repository itself in a folder of its own: what is written of that folder is meant from the root. */
export function checkedOut(
  inputs: Inputs,
  { npm, python }: Manifests,
): Pick<ShellState, 'checkout'> {
  const path = posix.normalize(inputs.get('path') ?? '.').replace(/\/$/, '')
  const other = inputs.get('repository') ?? ''
  const isOwn =
    other === '' ||
    /github\.repository/.test(other) ||
    npm.some(({ repository = '' }) => repository.toLowerCase().includes(other.toLowerCase()))
  const isFolder = [...npm, ...python].some(({ directory }) =>
    `${directory}/`.startsWith(`${path}/`),
  )
  return isOwn && path !== '.' && !isFolder ? { checkout: path } : {}
}

/** Another Node comes with an npm of its own, also after an earlier upgrade. */
export function setUpNode(
  step: Tree,
  inputs: Inputs,
  state: ShellState,
  read: ReadText,
): ShellState {
  const userRegistry = inputs.get('registry-url') ?? state.userRegistry
  const asked = nodeAsked(step, inputs, read)
  if (asked === undefined) return { ...state, userRegistry }
  const node: ToolVersion = { ...asked, range: nodeRange(asked.written) }
  return { ...state, userRegistry, node, npm: bundledNpm(node) }
}

function nodeAsked(
  step: Tree,
  inputs: Inputs,
  read: ReadText,
): Omit<ToolVersion, 'range'> | undefined {
  const written = inputs.get('node-version')
  const place = child(step, 'with', 'node-version')?.place ?? step.place
  if (written !== undefined && written !== '') return { written, place, from: 'setup' }
  const file = inputs.get('node-version-file')
  if (file === undefined) return undefined
  const found = nodeVersionIn(posix.normalize(file), read)
  const at = { file: found?.file ?? file, line: 1, column: 1 }
  return { written: found?.written ?? `of ${file}`, place: at, from: 'file' }
}

/** The version that the action is asked for, else that of `packageManager`. */
export function setUpTool(
  step: Tree,
  { name }: ActionUse,
  inputs: Inputs,
  state: ShellState,
  read: ReadText,
): ShellState {
  const tool = SETS_UP.get(name) ?? ''
  const input = name === 'oven-sh/setup-bun' ? 'bun-version' : 'version'
  const place = child(step, 'with', input)?.place ?? step.place
  const asked = inputs.get(input)
  const pinned = packageManagerIn(tool, 'package.json', read)
  const version =
    asked !== undefined
      ? toolVersion(asked, place, 'setup')
      : pinned && toolVersion(pinned.written, { file: pinned.file, line: 1, column: 1 }, 'file')
  return version === undefined ? state : withTools(state, [[tool, version]])
}
