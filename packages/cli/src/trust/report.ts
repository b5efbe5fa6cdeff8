import { findProvider, type RecordedPublisher } from '@trustpub/identity'
import { hostOf } from '@trustpub/pipeline'
import type { Registration } from '@trustpub/project'
import { printable } from '../ui/printable.ts'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'
import type { Applied, Outcome } from './applied.ts'
import { described, spelled } from './compare.ts'
import type { Listed, State } from './listed.ts'
import { bareName } from './registrar.ts'

type Colour = Ui['colour']

/** A publisher, and how it is entered. */
export interface Planned extends RecordedPublisher, Pick<Registration, 'page' | 'firstPublish'> {
  readonly command?: string
  readonly prefilled?: string
}

/** For each registry a table, the commands or links that enter what it says, and how a new package begins. */
export function planLines(planned: readonly Planned[], colour: Colour): readonly string[] {
  return byHost(printable(planned)).flatMap(([host, here]) => {
    const ways = here.map((one) => entry(one, colour))
    const notes = [...new Set(here.map(({ firstPublish }) => firstPublish))]
    return [
      colour.bold(host),
      ...publisherTable(here, colour),
      '',
      ...ways.map((way) => `  ${way}`),
      '',
      ...notes.map((note) => `  ${note}`),
      '',
    ]
  })
}

function entry(planned: Planned, colour: Colour): string {
  const { package: name, registry, command, prefilled, page } = planned
  if (command !== undefined) return colour.cyan(command)
  // npm has no words for it, and a registry of one's own no form.
  const way = page === registry ? 'trustpub trust apply' : (prefilled ?? page)
  return `${bareName(name)}: ${colour.cyan(way)}`
}

function publisherTable(here: readonly RecordedPublisher[], colour: Colour): readonly string[] {
  const providers = [...new Set(here.map(({ provider }) => provider))]
  const declared = providers.flatMap((id) => Object.keys(findProvider(id).fields))
  const used = [...new Set(declared)].filter((field) => here.some(({ fields }) => fields[field]))
  const isMixed = providers.length > 1
  const hasIssuer = here.some(({ issuer }) => issuer !== undefined)
  const head = [
    ...['package', ...(isMixed ? ['provider'] : []), ...used],
    ...[...(hasIssuer ? ['issuer'] : []), 'may'],
  ]
  const rows = here.map(({ package: name, provider, fields, issuer, permissions }) => [
    ...[
      bareName(name),
      ...(isMixed ? [provider] : []),
      ...used.map((field) => fields[field] ?? '–'),
    ],
    ...[...(hasIssuer ? [issuer ?? '–'] : []), permissions.join(', ')],
  ])
  const dim = head.map((cell) => colour.dim(cell))
  return table([['', ...dim], ...rows.map((row) => ['', ...row])])
}

const STATE_MARKS: Readonly<Record<State, string>> = {
  same: '✓',
  differs: '≠',
  missing: '✗',
  surplus: '+',
  unknown: '?',
}

const STATE_WORDS: Readonly<Record<State, string>> = {
  same: 'as recorded',
  differs: 'differs',
  missing: 'missing',
  surplus: 'not recorded',
  unknown: 'not known',
}

/** What registries have, beside what is planned. */
export function listLines(listed: readonly Listed[], colour: Colour): readonly string[] {
  const paint: Readonly<Record<State, (text: string) => string>> = {
    same: colour.green,
    differs: colour.red,
    missing: colour.red,
    surplus: colour.yellow,
    unknown: colour.yellow,
  }
  return byHost(printable(listed)).flatMap(([host, here]) => {
    const rows = here.map((one) => [
      '',
      paint[one.state](STATE_MARKS[one.state]),
      bareName(one.package),
      STATE_WORDS[one.state],
      details(one),
    ])
    return [colour.bold(host), ...table(rows), '']
  })
}

function details({ reason, differences, configured, planned }: Listed): string {
  if (reason !== undefined) return reason
  if (differences !== undefined) return spelled(differences)
  const shown = configured ?? planned
  return shown === undefined ? '' : described(shown)
}

const GOOD: ReadonlySet<Outcome> = new Set<Outcome>([
  'configured',
  'replaced',
  'removed',
  'already there',
  'would be configured',
  'would be removed',
])

/** Whether somebody has to do something about it that the command could not. */
export function isBad(outcome: Outcome): boolean {
  return !GOOD.has(outcome) && outcome !== 'by hand'
}

function outcomeMark(outcome: Outcome, colour: Colour): string {
  if (outcome === 'by hand') return colour.yellow('•')
  if (outcome === 'not tried') return colour.dim('–')
  if (isBad(outcome)) return colour.red('✗')
  return outcome.startsWith('would') ? colour.cyan('○') : colour.green('✓')
}

/** One line for a publisher that was dealt with. */
export function appliedLine(applied: Applied, colour: Colour): string {
  const { publisher, outcome, detail } = printable(applied)
  const what = `${bareName(publisher.package)} at ${hostOf(publisher.registry)}`
  const end = detail === undefined ? '' : `: ${detail}`
  return `${outcomeMark(outcome, colour)} ${what} ${outcome}${end}`
}

/** How many publishers there are of each outcome. */
export function summaryLines(results: readonly Applied[], colour: Colour): readonly string[] {
  const counts = new Map<Outcome, number>()
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const rows = [...counts].map(([outcome, count]) => [
    `  ${outcomeMark(outcome, colour)}`,
    outcome,
    String(count),
  ])
  return table(rows)
}

function byHost<Item extends { readonly registry: string }>(
  items: readonly Item[],
): readonly (readonly [host: string, here: readonly Item[]])[] {
  const hosts = [...new Set(items.map(({ registry }) => hostOf(registry)))]
  return hosts.map((host) => [host, items.filter(({ registry }) => hostOf(registry) === host)])
}
