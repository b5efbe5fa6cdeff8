import { findProvider, type SimulatedRun } from '@trustpub/identity'
import { cleanEnvironment, type Variables } from './environment.ts'
import type { TestRegistry } from './registry.ts'

/** The variables of a GitHub Actions job with `id-token: write`. */
export function githubJob(registry: TestRegistry, run: SimulatedRun): Variables {
  const claims = () => findProvider('github').simulate(run)
  return { ...jobWithoutToken(run), ...registry.github.githubEnvironment(claims) }
}

/** The variables of a GitHub Actions job that may not ask for ID tokens. */
export function jobWithoutToken(run: SimulatedRun): Variables {
  return { ...cleanEnvironment(), ...findProvider('github').jobVariables(run) }
}

/** The variables of a GitLab job whose `id_tokens:` declare these audiences. */
export async function gitlabJob(
  registry: TestRegistry,
  run: SimulatedRun,
  audiences: Readonly<Record<string, string>>,
): Promise<Variables> {
  const provider = findProvider('gitlab')
  const tokens: Record<string, string> = {}
  for (const [variable, audience] of Object.entries(audiences)) {
    tokens[variable] = await registry.gitlab.sign(provider.simulate(run), audience)
  }
  return { ...cleanEnvironment(), ...provider.jobVariables(run), ...tokens }
}
