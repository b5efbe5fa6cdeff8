import type { App } from '../http/app-types.ts'
import type { Registry } from '../registry.ts'

/** A registry protocol: adds its routes to the app. Adding one is a file and a line in `protocols/index.ts`. */
export interface Protocol {
  readonly id: string
  readonly mount: (app: App, registry: Registry) => void
}
