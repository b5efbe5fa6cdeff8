import { agree, applyEdits, type Edit, type SourceFile } from '../edits/edit.ts'
import { readReleases } from '../read.ts'
import type { Release } from '../release.ts'
import { foreignHost } from './foreign.ts'
import { whyGenerated } from './generated.ts'
import { type Change, isChange, type Left, onceEach, type Rewrite } from './migration.ts'
import { whyPutTogether } from './put-together.ts'

/** What has come of a repository after rewrites. */
export interface Rewritten {
  readonly releases: readonly Release[]
  readonly changes: readonly Change[]
  readonly left: readonly Left[]
  /** The texts of changed files, by path from the root. */
  readonly texts: ReadonlyMap<string, string>
}

// None needs more than a round for each job.
const MAX_ROUNDS = 1000

/**
 * Asks rewrites one after the other, each until it is content, and all of them again until none has anything more.
 * @throws Error if one of them never is, so that nothing of what it does is taken
 */
export async function rewritten(
  directory: string,
  before: readonly Release[],
  rewrites: readonly Rewrite[],
): Promise<Rewritten> {
  const texts = new Map<string, string>()
  const changes: Change[] = []
  let left: Left[] = []
  let releases = before
  let rounds = 0
  for (let isDone = false; !isDone; ) {
    // What a later rewrite changes may be what an earlier one waited for.
    isDone = true
    left = []
    for (const { id, rewrite, isAfterwards = false } of rewrites) {
      for (;;) {
        const { possible, stays } = sorted(releases, rewrite)
        const chosen = compatible(possible)
        if (chosen.length === 0) {
          if (!isAfterwards || changes.length > 0) left.push(...stays)
          break
        }
        if (++rounds > MAX_ROUNDS) throw new Error(`The rewrite ${id} comes to no end.`)
        isDone = false
        changes.push(...chosen)
        apply(chosen, texts, releases)
        releases = await readReleases(directory, texts)
      }
    }
  }
  return { releases, changes: onceSaid(changes), left, texts }
}

/** Uploads that share a line may each take something else with it. */
function onceSaid(changes: readonly Change[]): readonly Change[] {
  const key = ({ place, sentence }: Change): string => JSON.stringify([place, sentence])
  return [...new Map(changes.toReversed().map((one) => [key(one), one])).values()].toReversed()
}

/** What a rewrite would change, and what it leaves: that includes everything in files that a generator writes. */
function sorted(
  releases: readonly Release[],
  rewrite: Rewrite['rewrite'],
): { readonly possible: readonly Change[]; readonly stays: readonly Left[] } {
  const possible: Change[] = []
  const stays: Left[] = []
  for (const release of releases.filter((one) => foreignHost(one) === undefined)) {
    for (const outcome of rewrite(release)) {
      if (!isChange(outcome)) {
        stays.push(outcome)
        continue
      }
      // It would come again for ever.
      if (outcome.edits.every((edit) => changesNothing(edit, release))) continue
      const why = outcome.edits
        .map((edit) => {
          const source = release.source(edit.file)
          const byText = source && (whyUndecoded(source) ?? whyGenerated(source))
          return byText ?? whyPutTogether(edit, release)
        })
        .find((reason) => reason !== undefined)
      if (why === undefined) possible.push(outcome)
      else
        stays.push({
          place: { ...outcome.place, line: 1, column: 1 },
          sentence: `Not changed: ${why}.`,
        })
    }
  }
  return { possible, stays }
}

function changesNothing({ file, start, end, text }: Edit, release: Release): boolean {
  return release.source(file)?.text.slice(start, end) === text
}

/** Scripts and settings are read in any encoding; what was decoded wrongly would be written wrongly. */
function whyUndecoded({ file, text }: SourceFile): string | undefined {
  return text.includes('\uFFFD') ? `${file} is not UTF-8, and would be damaged` : undefined
}

/** As many changes as can be made at once; the others come up again in the next round. */
function compatible(possible: readonly Change[]): readonly Change[] {
  const chosen: Change[] = []
  const edits: Edit[] = []
  // Uploads that share a step or an anchor want the same.
  for (const change of onceEach(possible)) {
    if (!agree([...edits, ...change.edits])) continue
    edits.push(...change.edits)
    chosen.push(change)
  }
  return chosen
}

function apply(
  changes: readonly Change[],
  texts: Map<string, string>,
  [release]: readonly Release[],
): void {
  const edits = changes.flatMap((change) => change.edits)
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = texts.get(file) ?? release?.source(file)?.text ?? ''
    texts.set(
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    )
  }
}
