/** Finds what documents refer to and is no longer there: paths of this repository, linked files, named constants. */
import { posix } from 'node:path'
import { exists, read } from './files.mjs'

const PATH = /`((?:\.ci|bench|docs|examples|packages|scripts|test)\/[^\s`]*)`/g
const LINK = /\]\((?![a-z]+:|#)([^)\s#]+)/g
const CONSTANT = /`([A-Z][A-Z0-9_]+)` in `(packages\/[^\s`]+\.tsx?)`/g
const FENCED = /^```[\s\S]*?^```/gm

/** @param {string} path of the document @param {string} text @returns {string[]} */
export function referenceProblems(path, text) {
  const prose = text.replace(FENCED, '')
  const paths = [...prose.matchAll(PATH)].map(([, found = '']) => withoutPlaceholder(found))
  const links = [...prose.matchAll(LINK)].map(([, to = '']) => posix.join(posix.dirname(path), to))
  const dead = [...paths, ...links].filter((target) => !exists(target))
  const renamed = [...prose.matchAll(CONSTANT)].filter(([, name, file = '']) => {
    return exists(file) && !new RegExp(`^(?:export )?const ${name}\\b`, 'm').test(read(file))
  })
  return [
    ...[...new Set(dead)].map((target) => `refers to ${target}, which does not exist`),
    ...renamed.map(([, name, file]) => `refers to ${name}, which is not in ${file}`),
  ]
}

/** Of `docs/<name>.md` and `packages/*\/src` the part before the placeholder. @param {string} path */
function withoutPlaceholder(path) {
  const at = path.search(/[<*{…]/)
  return at === -1 ? path : path.slice(0, path.lastIndexOf('/', at) + 1)
}
