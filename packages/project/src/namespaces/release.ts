export { ReleaseTrigger } from '../release/choices.ts'
export { Publisher } from '../release/publisher.ts'
export { Release } from '../release/release.ts'
