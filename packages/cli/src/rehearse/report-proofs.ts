import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'
import { isProven, type Proof, type Rehearsal } from './results.ts'

type Colour = Ui['colour']

const COLUMNS = ['signature', 'provenance', 'attestations'] as const

/** What was signed of each package and verified, if anything was. */
export function proofTable({ jobs }: Rehearsal, colour: Colour): string[] {
  const rows = jobs
    .flatMap(({ steps }) => steps.flatMap(({ packages }) => packages))
    .flatMap(({ package: name, version = '', proof }) =>
      proof === undefined
        ? []
        : [proofRow(`${name.replace(/^\w+:/, '')} ${version}`, proof, colour)],
    )
  const header = ['', 'package', ...COLUMNS, 'verified by'].map((cell) => colour.dim(cell))
  return rows.length === 0 ? [] : ['', ...table([header, ...rows])]
}

function proofRow(name: string, proof: Proof, colour: Colour): string[] {
  const mark = (done: boolean | undefined) =>
    done === undefined ? colour.dim('–') : done ? colour.green('✓') : colour.red('✗')
  return [
    `  ${mark(isProven(proof))}`,
    name,
    ...COLUMNS.map((column) => mark(proof[column])),
    proof.verifiedBy,
  ]
}
