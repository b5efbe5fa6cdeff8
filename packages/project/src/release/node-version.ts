/** The Node of publishing jobs: a line in maintenance whose newest version runs every npm with trusted publishing. */
const PUBLISHING_NODE = '24.x'

/** npm 11.5.1 and later run on these (its `engines`: `^20.17.0 || >=22.9.0`). */
const LEAST_MINORS: Readonly<Record<number, number>> = { 20: 17, 22: 9 }

/** Names that are newer than all that is too old, today and later. Ranges such as `^18` can be anything. */
const CURRENT = /^(?:node|latest|current|lts\/(?:\*|-1))$/i

/**
 * The Node for jobs that publish to npm: the one that was asked for, if the npm that publishes runs on it, and a newer
 * one otherwise. So an old `minNodeVersion` never reaches the publish.
 */
export function publishingNode(asked: string | undefined): string {
  if (asked === undefined) return PUBLISHING_NODE
  const named = /^v?(\d+)(?:\.(\d+|x)(?:\.(?:\d+|x))?)?$/.exec(asked)
  if (named === null) return CURRENT.test(asked) ? asked : PUBLISHING_NODE
  const [major, minor] = [Number(named[1]), named[2]]
  if (major < 20 || major === 21) return PUBLISHING_NODE
  const least = LEAST_MINORS[major] ?? 0
  return minor === undefined || minor === 'x' || Number(minor) >= least ? asked : PUBLISHING_NODE
}
