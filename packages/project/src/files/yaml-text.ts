import type { Json, JsonObject } from '../json-patch.ts'

/**
 * JSON as YAML in block style, that YAML 1.1 and 1.2 read alike (GitHub reads the newer one, GitLab the older): a text
 * that either would take for something else is quoted. Long lines stay lines; texts of several lines stay readable.
 */
export function yamlText(document: JsonObject): string {
  return Object.keys(document).length === 0 ? '{}\n' : `${mapping(document, '')}\n`
}

function mapping(object: JsonObject, indent: string): string {
  const members = Object.entries(object).map(
    ([key, value]) => `${indent}${scalar(key)}:${member(value, indent)}`,
  )
  return members.join('\n')
}

/** What stands behind a key. */
function member(value: Json, indent: string): string {
  if (!isCollection(value)) return ` ${leaf(value, indent)}`
  const inner = `${indent}  `
  return `\n${Array.isArray(value) ? sequence(value, inner) : mapping(value, inner)}`
}

function sequence(list: readonly Json[], indent: string): string {
  return list.map((item) => `${indent}- ${element(item, indent)}`).join('\n')
}

/** What stands behind a dash: a collection begins on its line. */
function element(item: Json, indent: string): string {
  if (!isCollection(item)) return leaf(item, indent)
  const inner = `${indent}  `
  const lines = Array.isArray(item) ? sequence(item, inner) : mapping(item, inner)
  return lines.slice(inner.length)
}

function isCollection(value: Json): value is Json[] | JsonObject {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function leaf(value: Json, indent: string): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return canBeBlock(value) ? block(value, `${indent}  `) : scalar(value)
}

/** Texts of several lines without anything that a block cannot hold (YAML 1.2, section 8.1). */
function canBeBlock(text: string): boolean {
  return text.includes('\n') && /^[^\s]/.test(text) && !UNPRINTABLE.test(text.replaceAll('\n', ''))
}

function block(text: string, indent: string): string {
  const end = /\n*$/.exec(text)?.[0].length ?? 0
  const chomping = end === 0 ? '-' : end === 1 ? '' : '+'
  const body = end === 0 ? text : text.slice(0, -1)
  return `|${chomping}\n${body.replace(/^(?=.)/gm, indent)}`
}

/** A text on one line: as it is where that means nothing else, else in quotes. */
function scalar(text: string): string {
  if (UNPRINTABLE.test(text)) return escaped(text)
  if (PLAIN.test(text) && !NOT_PLAIN.test(text) && !OTHER_TYPE.test(text)) return text
  return `'${text.replaceAll("'", "''")}'`
}

/** Control characters, line breaks of any kind, the byte order mark and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u

/** Begins with no indicator and no space, ends with neither a space nor a colon. */
const PLAIN = /^[^\s\-?:,[\]{}#&*!|>'"%@`=<~](?:.*[^\s:])?$/u

/** The beginnings of a key and of a comment. */
const NOT_PLAIN = /: |:\t| #|\t#/

/** What is null, a boolean, a number, a time or a merge key in either version. */
const OTHER_TYPE =
  /^(?:null|true|false|yes|no|on|off|y|n|[-+.]?[\d.][\d.,_:a-fox+-]*|e[-+]?\d+|\.(?:inf|nan)|\d{4}-\d.*)$/i

function escaped(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
