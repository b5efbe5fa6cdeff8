import { actionPlace } from './action-place.ts'
import { actionRef } from './action-ref.ts'
import { artifactClash } from './artifact-clash.ts'
import { artifactMissing } from './artifact-missing.ts'
import { artifactPath } from './artifact-path.ts'
import { artifactRetired } from './artifact-retired.ts'
import { calledWorkflow } from './called-workflow.ts'
import { callerPermission } from './caller-permission.ts'
import { cancelledRelease } from './cancelled-release.ts'
import type { Check } from './check.ts'
import { checkoutPermission } from './checkout-permission.ts'
import { clientRefusesNode } from './client-refuses-node.ts'
import { clientTooOld } from './client-too-old.ts'
import { contentsPermission } from './contents-permission.ts'
import { dangerousTrigger } from './dangerous-trigger.ts'
import { dispatchPermission } from './dispatch-permission.ts'
import { draftRelease } from './draft-release.ts'
import { emptyToken } from './empty-token.ts'
import { forcedProvenance } from './forced-provenance.ts'
import { ghContext } from './gh-context.ts'
import { gitlabChildPipeline } from './gitlab-child-pipeline.ts'
import { gitlabGlobalIdTokens } from './gitlab-global-id-tokens.ts'
import { gitlabIdTokens } from './gitlab-id-tokens.ts'
import { gitlabOneExchange } from './gitlab-one-exchange.ts'
import { gitlabRunner } from './gitlab-runner.ts'
import { gitlabSigstoreToken } from './gitlab-sigstore-token.ts'
import { gitlabUnprotected } from './gitlab-unprotected.ts'
import { homeMadeExchange } from './home-made-exchange.ts'
import { idTokenAsPassword } from './id-token-as-password.ts'
import { idTokenPermission } from './id-token-permission.ts'
import { indexUrl } from './index-url.ts'
import { lastProvenance } from './last-provenance.ts'
import { leftoverToken } from './leftover-token.ts'
import { lifecycleScripts } from './lifecycle-scripts.ts'
import { neverStarts } from './never-starts.ts'
import { npmCannotInstall } from './npm-cannot-install.ts'
import { npmTooOld } from './npm-too-old.ts'
import { npmUnknown } from './npm-unknown.ts'
import { npmWhoami } from './npm-whoami.ts'
import { oldTwine } from './old-twine.ts'
import { overlappingReleases } from './overlapping-releases.ts'
import { packageNotThere } from './package-not-there.ts'
import { placeholderToken } from './placeholder-token.ts'
import { prereleaseTag } from './prerelease-tag.ts'
import { publibSwitches } from './publib-switches.ts'
import { publishCache } from './publish-cache.ts'
import { publisherDiffers } from './publisher-differs.ts'
import { publisherMissing } from './publisher-missing.ts'
import { publisherPermission } from './publisher-permission.ts'
import { publisherUnused } from './publisher-unused.ts'
import { recordUnreadable } from './record-unreadable.ts'
import { releaseItChecks } from './release-it-checks.ts'
import { repeatedUpload } from './repeated-upload.ts'
import { repositoryField } from './repository-field.ts'
import { selfHostedRunner } from './self-hosted-runner.ts'
import { severalPublishers } from './several-publishers.ts'
import { silentTrigger } from './silent-trigger.ts'
import { storedToken } from './stored-token.ts'
import { tagFilter } from './tag-filter.ts'
import { tokenlessWrites } from './tokenless-writes.ts'
import { twoUploads } from './two-uploads.ts'
import { unknownHost } from './unknown-host.ts'
import { unreadableFile } from './unreadable-file.ts'
import { uvAutomatic } from './uv-automatic.ts'
import { wrongRegistry } from './wrong-registry.ts'
import { yarnToken } from './yarn-token.ts'

/** Every check, in the order of reports. */
export const CHECKS: readonly Check[] = [
  // Leave to ask for ID tokens.
  idTokenPermission,
  callerPermission,
  gitlabIdTokens,
  gitlabGlobalIdTokens,
  gitlabChildPipeline,
  idTokenAsPassword,
  dangerousTrigger,
  unknownHost,
  // Clients.
  npmTooOld,
  npmCannotInstall,
  npmUnknown,
  clientRefusesNode,
  clientTooOld,
  releaseItChecks,
  npmWhoami,
  tokenlessWrites,
  publibSwitches,
  emptyToken,
  placeholderToken,
  yarnToken,
  uvAutomatic,
  homeMadeExchange,
  gitlabOneExchange,
  // Where it goes.
  wrongRegistry,
  indexUrl,
  // Publishers.
  recordUnreadable,
  publisherMissing,
  publisherDiffers,
  publisherPermission,
  publisherUnused,
  severalPublishers,
  packageNotThere,
  lastProvenance,
  calledWorkflow,
  // Provenance.
  repositoryField,
  forcedProvenance,
  selfHostedRunner,
  gitlabRunner,
  gitlabSigstoreToken,
  twoUploads,
  // The run.
  unreadableFile,
  silentTrigger,
  dispatchPermission,
  neverStarts,
  draftRelease,
  tagFilter,
  cancelledRelease,
  overlappingReleases,
  artifactPath,
  artifactClash,
  artifactMissing,
  artifactRetired,
  repeatedUpload,
  actionPlace,
  actionRef,
  oldTwine,
  checkoutPermission,
  contentsPermission,
  ghContext,
  prereleaseTag,
  // Stored tokens and hardening.
  leftoverToken,
  storedToken,
  lifecycleScripts,
  publishCache,
  gitlabUnprotected,
]
