import type { Provider } from '../provider.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'

/** Every provider. The order is that of detection: the first that is found is asked for the ID token. */
export const PROVIDERS: readonly Provider[] = [github, gitlab]
