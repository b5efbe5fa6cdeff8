import type { Tool } from '../release/recipe.ts'
import type { JobStep } from './job.ts'

/** The actions that bring tools, the input that takes the version, and what else they need to be told. */
const SETUPS: Readonly<
  Record<
    Tool['name'],
    {
      readonly label: string
      readonly uses: string
      readonly version: string
      readonly with?: object
    }
  >
> = {
  node: {
    label: 'Node',
    uses: 'actions/setup-node',
    version: 'node-version',
    with: { 'package-manager-cache': false },
  },
  python: { label: 'Python', uses: 'actions/setup-python', version: 'python-version' },
  uv: {
    label: 'uv',
    uses: 'astral-sh/setup-uv',
    version: 'version',
    with: { 'enable-cache': false },
  },
  pnpm: { label: 'pnpm', uses: 'pnpm/action-setup', version: 'version' },
}

/** The steps that bring tools into a job. Nothing is cached: a cache is a way from one job into another. */
export function toolSteps(tools: readonly Tool[]): JobStep[] {
  return tools.map(({ name, version }) => {
    const setup = SETUPS[name]
    return {
      name: `Set up ${setup.label}`,
      id: `setup_${name}`,
      uses: setup.uses,
      with: { ...(version === undefined ? {} : { [setup.version]: version }), ...setup.with },
    }
  })
}

export const CHECKOUT: JobStep = {
  name: 'Check out',
  id: 'checkout',
  uses: 'actions/checkout',
  with: { 'persist-credentials': false },
}

/** Commands that bring further tools. */
export function setUpSteps(commands: readonly string[]): JobStep[] {
  if (commands.length === 0) return []
  return [{ name: 'Set up the build tool', id: 'set_up', run: commands.join('\n') }]
}
