import type { Provider } from '../provider.ts'
import { buildkite } from './buildkite.ts'
import { circleci } from './circleci.ts'
import { forgejo } from './forgejo.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'

/**
 * Every provider. The order is that of detection: the first that is found is asked for the ID token. Runners of all the
 * others may stand on machines of Google Cloud, so that comes last.
 */
export const PROVIDERS: readonly Provider[] = [github, gitlab, forgejo, circleci, buildkite, google]
