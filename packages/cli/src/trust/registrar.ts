import type { RecordedPublisher } from '@trustpub/identity'

/** What runs are trusted and what they may do: the part of a publisher that can be compared. */
export type Rule = Pick<RecordedPublisher, 'provider' | 'issuer' | 'fields' | 'permissions'>

/** A trusted publisher as a registry has it. */
export interface Configured extends Rule {
  readonly id: string
  /** In the registry's own words, so that it can be put back as it was. */
  readonly source: unknown
}

/** A registry at which trusted publishers can be configured by a program. All methods throw Refusal. */
export interface Registrar {
  readonly host: string
  /** What every publisher may do there, whatever was asked for. */
  readonly granted: Rule['permissions']
  /** The publishers of `npm:@acme/widget`. */
  readonly list: (name: string) => Promise<readonly Configured[]>
  /** Refused with `trust_conflict` if it cannot stand beside what is there. */
  readonly add: (name: string, rule: Rule) => Promise<void>
  readonly restore: (name: string, configured: Configured) => Promise<void>
  /** Nothing happens if it is gone already. */
  readonly remove: (name: string, id: string) => Promise<void>
}

/** The name without its ecosystem. */
export function bareName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
