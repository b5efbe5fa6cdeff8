import type { Place, PublishStep, Unknown } from '../model.ts'
import { onceEach } from './secrets.ts'
import type { Findings } from './shell-state.ts'

/** Adds a publish to what was found. What runs for one package after the other is one publish of them all. */
export function addPublish(step: PublishStep, { publishes }: Findings, isRepeated: boolean): void {
  const index = isRepeated ? publishes.findIndex((one) => isSame(one, step)) : -1
  const before = publishes[index]
  if (before === undefined) {
    publishes.push(step)
    return
  }
  publishes[index] = {
    ...before,
    packages: [...new Set([...before.packages, ...step.packages])],
    storedSecrets: onceEach([...before.storedSecrets, ...step.storedSecrets]),
  }
}

/** Adds what cannot be told, once for all rounds of a loop. */
export function addUnknown(one: Unknown, { unknowns }: Findings, isRepeated: boolean): void {
  const isTold = (other: Unknown) => other.sentence === one.sentence && isAt(one.place, other.place)
  if (!isRepeated || !unknowns.some(isTold)) unknowns.push(one)
}

function isSame(one: PublishStep, other: PublishStep): boolean {
  return (
    one.within === other.within &&
    isAt(one.place, other.place) &&
    one.text === other.text &&
    one.registry === other.registry
  )
}

function isAt(one: Place | undefined, other: Place | undefined): boolean {
  return one?.file === other?.file && one?.line === other?.line
}
