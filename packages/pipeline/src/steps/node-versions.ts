import { intersects, maxSatisfying, subset, validRange } from 'semver'
import type { ToolVersion } from '../job.ts'
import type { Place } from '../place.ts'

/** The newest release of each line of Node that is known here (nodejs.org/dist), and the npm that a line comes with. */
const LINES: Readonly<Record<number, string>> = {
  14: '14.21.3',
  16: '16.20.2',
  18: '18.20.8',
  19: '19.9.0',
  20: '20.20.2',
  21: '21.7.3',
  22: '22.22.2',
  23: '23.11.1',
  24: '24.21.0',
  25: '25.9.0',
  26: '26.10.0',
}

/** Lines by their code names, as `lts/…` writes them. */
const NAMES: Readonly<Record<string, number>> = {
  fermium: 14,
  gallium: 16,
  hydrogen: 18,
  iron: 20,
  jod: 22,
  krypton: 24,
}

/** `lts/*`, `latest`: at least this, for as long as this table is kept. */
const NEWEST_LTS = '>=24.15.0'
const NEWEST = '>=26.0.0'

/** Node 24.5 is the first that brings an npm that exchanges ID tokens. */
const NODE_WITH_OIDC = '>=24.5.0'

/**
 * The versions of Node that a setup step or an image may give for what is written. Setup steps take the newest that
 * fits, so `22` is the newest 22, and can be no older than the newest that is known here.
 */
export function nodeRange(written: string): string {
  const text = written.trim().replace(/^v(?=\d)/i, '')
  if (/^(?:lts\/\*|lts|lts-\*)$/i.test(text)) return NEWEST_LTS
  if (/^(?:node|latest|current|stable)$/i.test(text)) return NEWEST
  const name = /^lts\/([a-z]+)$/i.exec(text)?.[1]?.toLowerCase()
  const asked = name === undefined ? text : String(NAMES[name] ?? '')
  const range = asked === '' ? null : validRange(asked)
  if (range === null) return '*'
  if (/^\d+\.\d+\.\d+$/.test(asked)) return range
  const newest = maxSatisfying(Object.values(LINES), range)
  return newest === null ? range : `>=${newest} ${range === '*' ? '' : range}`.trim()
}

/** The Node of `node:20-alpine`, or of another image of that name. */
export function nodeOfImage(image: string, place: Place): ToolVersion | undefined {
  const written = /(?:^|\/)node:([\w.]+)/.exec(image)?.[1]
  if (written === undefined) return undefined
  return { written, range: nodeRange(written), place, from: 'image' }
}

/** The npm that comes with a Node. */
export function bundledNpm(node: ToolVersion): ToolVersion {
  const { written, place } = node
  return {
    written: `npm of Node ${written}`,
    range: npmRange(node.range),
    ...(place && { place }),
    from: 'bundled',
  }
}

function npmRange(node: string): string {
  if (node === '*') return '*'
  // Node 24 and 25 stay with npm 11.
  if (subset(node, `${NODE_WITH_OIDC} <26.0.0`)) return '>=11.5.1 <12.0.0'
  if (subset(node, NODE_WITH_OIDC)) return '>=11.5.1'
  return intersects(node, NODE_WITH_OIDC) ? '*' : '<11.5.1'
}

/** What the newest npm demands of Node (`engines` of npm 12.2.0); it refuses to be installed elsewhere. */
export const NPM_LATEST_ENGINES = '^22.22.2 || ^24.15.0 || >=26.0.0'

/** What npm 11 demands (`engines` of npm 11.19.1). */
export const NPM_11_ENGINES = '^20.17.0 || >=22.9.0'
