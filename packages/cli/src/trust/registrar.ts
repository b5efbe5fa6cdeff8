import type { RecordedPublisher } from '@trustpub/identity'

/** A trusted publisher as a registry has it. */
export interface Configured extends Pick<RecordedPublisher, 'provider' | 'fields' | 'permissions'> {
  readonly id: string
}

/** A registry at which trusted publishers can be configured by a program. */
export interface Registrar {
  /** Whether a package has one publisher at most, so that another takes its place. */
  readonly single: boolean
  /** Between two changes, in milliseconds: some registries take more as an attack. */
  readonly pause: number
  /** The publishers of `npm:@acme/widget`. */
  readonly list: (name: string) => Promise<readonly Configured[]>
  readonly add: (publisher: Omit<RecordedPublisher, 'registry'>) => Promise<void>
  readonly remove: (name: string, id: string) => Promise<void>
}

/** The name without its ecosystem. */
export function bareName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
