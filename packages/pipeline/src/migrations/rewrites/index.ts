import type { Rewrite } from '../migration.ts'
import { actionInputs } from './action-inputs.ts'
import { attestOnce } from './attest-once.ts'
import { calledSecrets } from './called-secrets.ts'
import { callersPermission } from './caller-permission.ts'
import { gitlabExchange } from './gitlab-exchange.ts'
import { gitlabIdTokens } from './gitlab-id-tokens.ts'
import { gitlabImage } from './gitlab-image.ts'
import { gitlabSecrets } from './gitlab-secrets.ts'
import { gitlabStandIn } from './gitlab-stand-in.ts'
import { gitlabUnset } from './gitlab-unset.ts'
import { nodeVersion } from './node-version.ts'
import { npmActions } from './npm-actions.ts'
import { npmClient } from './npm-client.ts'
import { npmVersion } from './npm-version.ts'
import { otherRegistries } from './other-registries.ts'
import { otherRunners } from './other-runners.ts'
import { permission } from './permission.ts'
import { pythonActions } from './python-actions.ts'
import { pythonClient } from './python-client.ts'
import { pythonSemanticRelease } from './python-semantic-release.ts'
import { pythonWrappers } from './python-wrappers.ts'
import { releaseIt } from './release-it.ts'
import { repository } from './repository.ts'
import { tokenFiles } from './token-files.ts'
import { tokenFlags } from './token-flags.ts'
import { tokenInputs } from './token-inputs.ts'
import { tokenScripts } from './token-scripts.ts'
import { tokenVariables } from './token-variables.ts'
import { toolVersions } from './tool-versions.ts'
import { toxEnvironment } from './tox-environment.ts'
import { unknownActions } from './unknown-actions.ts'
import { unreadVariables } from './unread-variables.ts'
import { uvAlways } from './uv-always.ts'
import { whoami } from './whoami.ts'
import { yarnRegistry } from './yarn-registry.ts'

/** The smallest change that makes a release trusted, in this order: what comes later builds on what came before. */
export const REWRITES: readonly Rewrite[] = [
  // At GitLab, while it can be told which jobs have their token from the settings.
  gitlabUnset,
  gitlabIdTokens,
  // Who publishes, in which version.
  npmClient,
  yarnRegistry,
  pythonClient,
  pythonActions,
  pythonWrappers,
  pythonSemanticRelease,
  npmActions,
  toolVersions,
  toxEnvironment,
  releaseIt,
  nodeVersion,
  npmVersion,
  gitlabImage,
  // With an ID token, while the token that goes tells that nothing else is needed.
  permission,
  callersPermission,
  // Without a token.
  gitlabExchange,
  uvAlways,
  whoami,
  tokenFlags,
  tokenScripts,
  tokenVariables,
  unreadVariables,
  tokenInputs,
  tokenFiles,
  gitlabStandIn,
  calledSecrets,
  actionInputs,
  attestOnce,
  repository,
  // What stays.
  gitlabSecrets,
  otherRegistries,
  otherRunners,
  unknownActions,
]
