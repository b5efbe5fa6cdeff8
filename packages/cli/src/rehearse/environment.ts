import { delimiter } from 'node:path'
import { findProvider, type SimulatedRun } from '@trustpub/identity'
import type { PublishJob } from '@trustpub/pipeline'
import type { Stage } from './stage.ts'
import type { Workspace } from './workspace.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Variables of this machine that a client needs to run at all, or to reach the package index for building. */
const KEPT =
  /^(?:PATH|LANG|LC_.*|TERM|TMPDIR|TEMP|TMP|SYSTEMROOT|PATHEXT|COMSPEC|PIP_(?!.*PASSWORD).*|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(?:HTTP|HTTPS|ALL)_PROXY)$/i

/** The environment of a CI job without any identity: nothing that is stored on this machine gets in. */
export function bareEnvironment(workspace: Workspace): Variables {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name))
  return {
    ...Object.fromEntries(kept),
    PATH: [workspace.bin, process.env.PATH].join(delimiter),
    HOME: workspace.home,
    USERPROFILE: workspace.home,
    CI: 'true',
    // Wide and plain: what clients print is repeated in the report.
    NO_COLOR: '1',
    COLUMNS: '200',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    // The report says which version is played; another one could not be fetched with the network closed.
    pnpm_config_pm_on_fail: 'ignore',
    pnpm_config_manage_package_manager_versions: 'false',
    COREPACK_ENABLE_STRICT: '0',
    COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  }
}

/** What the CI adds for this job: its own variables, and a way to ID tokens only if the job may have them. */
export async function jobEnvironment(
  stage: Stage,
  providerId: string,
  job: PublishJob,
  run: SimulatedRun,
): Promise<Variables> {
  const provider = findProvider(providerId)
  const claims = () => provider.simulate(run)
  const variables = provider.jobVariables(run)
  if (!job.idToken.granted) return variables
  if (job.idToken.variables.length === 0)
    return { ...variables, ...stage.issuer.githubEnvironment(claims) }
  const declared: Record<string, string> = {}
  for (const { name, audience } of job.idToken.variables) {
    declared[name] = await stage.issuer.sign(claims(), stage.localAudience(audience))
  }
  return { ...variables, ...declared }
}
