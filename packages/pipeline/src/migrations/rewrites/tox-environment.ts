import { type Edit, lineBreak, type SourceFile } from '../../edits/edit.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { matchesGlob } from '../../repository/globs.ts'
import type { Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'

/** What a client needs to see to ask GitHub for an ID token. */
const NEEDED = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'GITHUB_ACTIONS']
const WRITTEN = ['ACTIONS_ID_TOKEN_REQUEST_*', 'GITHUB_ACTIONS']

/** tox hands the variables on that it is told to, and no others. */
export const toxEnvironment: Rewrite = {
  id: 'tox-environment',
  title: 'Lets tox hand on what a client needs to ask for an ID token (`passenv`).',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      const hidden = hiddenByTox(upload, release)
      // A client that cannot exchange ID tokens has no use for it.
      if (hidden === undefined || upload.step.incapable !== undefined) continue
      const { name, section, source } = hidden
      const place = { file: source.file, line: 1, column: 1 }
      const edits = passing(section, source)
      yield edits === undefined
        ? {
            place,
            sentence: `The token stays: tox hands none of ${NEEDED.join(', ')} on to "${name}". Add them to its \`passenv\`, and run this again.`,
          }
        : { place, sentence: `tox hands on to "${name}" what asks for an ID token.`, edits }
    }
  },
}

interface Section {
  /** Where its first line starts, behind the header. */
  readonly start: number
  readonly text: string
}

interface Hidden {
  readonly name: string
  readonly section: Section
  readonly source: SourceFile
}

/** The environment of tox in which a command uploads and cannot ask for ID tokens. */
export function hiddenByTox({ job, step }: TrustedUpload, release: Release): Hidden | undefined {
  const source = release.source('tox.ini')
  const running = job.steps.find(({ tree }) => tree === step.within)
  const isNested = running?.commands.some(({ nested, text }) => nested && text === step.text)
  const tox = running?.commands.find(({ words, nested }) => words[0] === 'tox' && !nested)
  if (release.pipeline.provider !== 'github' || !source || !isNested || !tox) return undefined
  const name = tox.words.find((word) => sectionOf(`testenv:${word}`, source) !== undefined)
  const section = name === undefined ? undefined : sectionOf(`testenv:${name}`, source)
  if (name === undefined || section === undefined) return undefined
  const around = sectionOf('testenv', source)
  const passed = listIn(section) ?? (around && listIn(around)) ?? []
  const isSeen = NEEDED.every((one) => passed.some((glob) => matchesGlob(one, glob)))
  return isSeen ? undefined : { name, section, source }
}

function sectionOf(name: string, { text }: SourceFile): Section | undefined {
  const header = `[${name}]`
  const at = text.startsWith(header) ? 0 : text.indexOf(`\n${header}`) + 1
  if (at === 0 && !text.startsWith(header)) return undefined
  const start = text.indexOf('\n', at) + 1
  return { start, text: text.slice(start).split(/^\[/m, 1)[0] ?? '' }
}

const LIST = /^(pass_?env[ \t]*=)([^\n]*(?:\n[ \t]+[^\n]+)*)/m

function listIn({ text }: Section): readonly string[] | undefined {
  return LIST.exec(text)?.[2]
    ?.split(/[\s,]+/)
    .filter((word) => word !== '')
}

/** One a line, as both tox 3 and tox 4 read it. A list that is taken over from elsewhere is not known to be all. */
function passing(section: Section, source: SourceFile): readonly Edit[] | undefined {
  const { file, text } = source
  const found = LIST.exec(section.text)
  const around = sectionOf('testenv', source)
  if (found === null && around !== undefined && listIn(around) !== undefined) return undefined
  const [, key = '', list = ''] = found ?? []
  if (list.includes('#')) return undefined
  const indent = lineBreak(text) + (/\n([ \t]+)/.exec(list)?.[1] ?? '    ')
  const lines = ['', ...(listIn(section) ?? []), ...WRITTEN].join(indent)
  const start = section.start + (found?.index ?? 0) + key.length
  if (found === null)
    return [{ file, start, end: start, text: `passenv =${lines}${lineBreak(text)}` }]
  return [{ file, start, end: start + list.trimEnd().length, text: lines }]
}
