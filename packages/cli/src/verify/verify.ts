import { Refusal } from '@trustpub/identity'
import type { Evidence } from './evidence.ts'
import { verifyFile } from './file.ts'
import { type FileFinding, type Finding, STATUSES, type Status, vouched } from './finding.ts'
import { type Item, titleOf } from './item.ts'
import { judge, judgeSkipped, problemOf } from './judge.ts'
import { verifyNpm } from './npm.ts'
import type { Expecting } from './policy.ts'
import { verifyPypi } from './pypi.ts'
import type { Session } from './session.ts'

/** Enough to keep a registry some milliseconds away busy; each holds the documents of one version. */
const AT_ONCE = 16

/** Verifies items, some at a time; the findings are in the order of the items. `done` is called after each. */
export async function verifyAll(
  items: readonly Item[],
  session: Session,
  expecting: Expecting,
  done: (finding: Finding) => void,
): Promise<Finding[]> {
  const findings: Finding[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const finding = await verifyItem(items[index] as Item, session, expecting)
      findings[index] = finding
      done(finding)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
  return findings
}

async function verifyItem(item: Item, session: Session, expecting: Expecting): Promise<Finding> {
  const about = {
    title: titleOf(item),
    kind: item.kind,
    ...('registry' in item && { registry: item.registry.href }),
  }
  if (item.kind === 'skipped') {
    const problem = judgeSkipped(item, expecting(item))
    const status = problem.code === 'skipped' ? 'skipped' : 'failed'
    return { ...about, status, files: [], problems: [problem] }
  }
  try {
    const evidence = await evidenceOf(item, session)
    const files = evidence.map((each) => judge(each, item, expecting(item)))
    return { ...about, status: statusOf(files), files, problems: [] }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...about, status: 'failed', files: [], problems: [problemOf(error)] }
  }
}

async function evidenceOf(
  item: Exclude<Item, { kind: 'skipped' }>,
  session: Session,
): Promise<readonly Evidence[]> {
  if (item.kind === 'npm') return [await verifyNpm(item, session)]
  if (item.kind === 'pypi') return verifyPypi(item, session)
  return [await verifyFile(item, session)]
}

/** A version is vouched for as much as the least of its files, since any of them may be installed. */
function statusOf(files: readonly FileFinding[]): Status {
  if (files.some(({ problems }) => problems.length > 0)) return 'failed'
  const found = files.map(vouched)
  return STATUSES.findLast((status) => found.some((each) => each === status)) ?? 'nothing'
}
