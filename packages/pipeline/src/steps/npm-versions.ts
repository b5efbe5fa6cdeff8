import type { ToolVersion } from '../job.ts'
import { isCertainlyBelow } from './tool-version.ts'

/** npm 11.5.1 is the first that exchanges ID tokens (docs.npmjs.com, "Trusted publishing"); Node 24.5 brings it. */
export const NPM_WITH_OIDC = '11.5.1'

/** The npm that is installed where the one at hand is too old: runs on Node 20.17 and later, newest of its line. */
export const NPM_PIN = '11.19.1'

const REMEDY = 'set up Node 24, or run `npm install -g npm@11` before the publish'

/** Why an npm cannot exchange ID tokens. Undefined if it can, or if what is written leaves it open. */
export function incapableNpmVersion(npm: ToolVersion): string | undefined {
  if (!isCertainlyBelow(npm, NPM_WITH_OIDC)) return undefined
  if (npm.from === 'bundled') {
    const node = npm.written.replace(/^npm of /, '')
    return `${node} comes with an npm older than ${NPM_WITH_OIDC}, which cannot exchange ID tokens: ${REMEDY}.`
  }
  if (npm.written === 'npm') {
    return `The npm that is installed is the newest that runs on the Node of the job, and that is older than ${NPM_WITH_OIDC}: ${REMEDY}.`
  }
  const version = npm.written.replace(/^npm@/, '')
  return `npm ${version} cannot exchange ID tokens, ${NPM_WITH_OIDC} is the first that can: ${REMEDY}.`
}
