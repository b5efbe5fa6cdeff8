import type { RecordedPublisher } from '@trustpub/identity'
import { hostOf } from '@trustpub/pipeline'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'
import type { Applied } from './apply.ts'
import type { Listed } from './listed.ts'
import { bareName } from './registrar.ts'

type Colour = Ui['colour']

/** A table for each registry. */
export function planLines(
  publishers: readonly RecordedPublisher[],
  colour: Colour,
): readonly string[] {
  const hosts = [...new Set(publishers.map(({ registry }) => hostOf(registry)))]
  return hosts.flatMap((host) => {
    const here = publishers.filter(({ registry }) => hostOf(registry) === host)
    const rows = here.map((one) => [
      '  ',
      bareName(one.package),
      ...fieldCells(one),
      one.permissions.join(', '),
    ])
    const head = ['  ', 'package', 'repository', 'workflow', 'environment', 'may'].map((cell) =>
      colour.dim(cell),
    )
    return [colour.bold(host), ...table([head, ...rows]), '']
  })
}

function fieldCells({ fields }: Pick<RecordedPublisher, 'fields'>): readonly string[] {
  const { repository = '', workflow, calledWorkflow, environment = '–' } = fields
  return [repository, workflow ?? calledWorkflow ?? '', environment]
}

/** One line for a publisher that was dealt with. */
export function appliedLine({ publisher, outcome, detail }: Applied, colour: Colour): string {
  const mark = MARKS[outcome] ?? '•'
  const paint = outcome === 'failed' || outcome === 'differs' ? colour.red : colour.green
  const end = detail === undefined ? '' : `: ${detail}`
  return `${outcome === 'by hand' ? colour.yellow(mark) : paint(mark)} ${bareName(publisher.package)} at ${hostOf(publisher.registry)} ${outcome}${end}`
}

const MARKS: Partial<Readonly<Record<Applied['outcome'], string>>> = {
  configured: '✓',
  replaced: '✓',
  'already there': '✓',
  differs: '✗',
  failed: '✗',
}

/** What registries have, and what of the record they lack. */
export function listedLines(
  listed: readonly Listed[],
  missing: readonly RecordedPublisher[],
  colour: Colour,
): readonly string[] {
  const there = listed.map(({ package: name, registry, configured, state }) => [
    state === 'as recorded' ? colour.green('✓') : colour.yellow('?'),
    bareName(name),
    hostOf(registry),
    ...fieldCells(configured),
    state,
  ])
  const lacking = missing.map((one) => [
    colour.red('✗'),
    bareName(one.package),
    hostOf(one.registry),
    ...fieldCells(one),
    PYPI.includes(hostOf(one.registry)) ? 'not known: PyPI cannot be asked' : 'missing',
  ])
  return table([...there, ...lacking])
}

const PYPI = ['pypi.org', 'test.pypi.org']

/** What came of all of them. */
export function summaryLine(results: readonly Applied[], colour: Colour): string {
  const counts = new Map<string, number>()
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const parts = [...counts].map(([outcome, count]) => `${count} ${outcome}`)
  const failed = results.some(({ outcome }) => outcome === 'failed' || outcome === 'differs')
  return failed ? colour.red(`${parts.join(', ')}.`) : colour.green(`${parts.join(', ')}.`)
}
