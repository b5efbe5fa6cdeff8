import { scriptsOf } from '../../checks/lifecycle-scripts.ts'
import type { Edit, SourceFile } from '../../edits/edit.ts'
import { insertKeys, removeKeys, replacePart } from '../../edits/yaml-edits.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'

/** What has to change along with the version of an action, and why: each reason follows "…@v4 in the place of v1". */
export interface Along {
  readonly edits: readonly Edit[]
  readonly reasons: readonly string[]
}

export const NOTHING: Along = { edits: [], reasons: [] }

/**
 * What version 2 of JS-DevTools/npm-publish changed (its release notes): two inputs became `strategy`, scripts of the
 * package run only where that is asked for, and `type` is empty and not "none" where nothing was published.
 */
export function sinceTwo(upload: TrustedUpload, source: SourceFile, release: Release): Along {
  const parts = [inputs(upload, source, release), comparisons(upload, source)]
  return {
    edits: parts.flatMap(({ edits }) => edits),
    reasons: parts.flatMap(({ reasons }) => reasons),
  }
}

function inputs({ step }: TrustedUpload, source: SourceFile, release: Release): Along {
  const given = child(step.within, 'with')
  if (given === undefined) return NOTHING
  const known = ['check-version', 'greater-version-only']
  const gone = entriesOf(given).flatMap(([name, value]) =>
    known.includes(name) ? [{ name, value: textOf(value) ?? '' }] : [],
  )
  const names = gone.map(({ name }) => name)
  const upgrades = gone.some(({ name, value }) => name === known[1] && value === 'true')
  const scripts = scriptsOf(step.packages, release)
  const added = [
    ...(upgrades ? ['strategy: upgrade'] : []),
    ...(scripts.length === 0 ? [] : ['ignore-scripts: false']),
  ]
  const reasons = [
    ...(gone.length === 0
      ? []
      : [
          `it knows \`strategy\` in the place of ${names.map((name) => `\`${name}\``).join(' and ')}`,
        ]),
    ...(scripts.length === 0
      ? []
      : [`it runs ${scripts.join(', ')} of the package only with \`ignore-scripts: false\``]),
  ]
  const isClear = gone.every(({ value }) => /^(?:true|false)$/.test(value))
  const removal = gone.length === 0 ? [] : removeKeys(source, given, names)
  const addition = added.length === 0 ? [] : [insertKeys(source, given, added)]
  const edits = addition.flatMap((edit) => edit ?? [])
  return isClear && removal !== undefined && edits.length === addition.length
    ? { edits: [...removal, ...edits], reasons }
    : { edits: [], reasons: reasons.map((reason) => `${reason} (change that by hand)`) }
}

function comparisons({ step, job }: TrustedUpload, source: SourceFile): Along {
  const id = textOf(child(step.within, 'id'))
  // The outputs of a step in a composite action are read there.
  if (id === undefined || step.place.file !== job.file) return NOTHING
  const { written, workflow } = job.source
  const type = `steps.${id}.outputs.type`
  const handedOn = entriesOf(child(written, 'outputs'))
    .filter(([, value]) => (textOf(value) ?? '').replaceAll(/[{}$\s]/g, '') === type)
    .map(([name]) => `needs.${job.id.replace(/^.*\//, '')}.outputs.${name}`)
  const found = [
    ...textsBelow(written).flatMap((text) => comparedIn(text, type)),
    ...handedOn.flatMap((output) =>
      textsBelow(child(workflow, 'jobs')).flatMap((text) => comparedIn(text, output)),
    ),
  ].map(({ text, part }) => ({ part, edit: replacePart(source, text, part, withoutNone(part)) }))
  const byHand = found.flatMap(({ part, edit }) => (edit === undefined ? [`\`${part}\``] : []))
  return {
    edits: found.flatMap(({ edit }) => edit ?? []),
    reasons: [
      ...(found.length === 0
        ? []
        : ['its output `type` is empty, and not "none", where nothing was published']),
      ...(byHand.length === 0 ? [] : [`change ${byHand.join(' and ')} by hand`]),
    ],
  }
}

/** Comparisons of an output with "none", in expressions and in scripts. */
function comparedIn(
  text: Tree,
  output: string,
): readonly { readonly text: Tree; readonly part: string }[] {
  const written = output.replaceAll(/[.]/g, '\\.')
  const pattern = new RegExp(`${written}\\s*(?:\\}\\}["']?\\s*)?[!=]=?\\s*(["']?)none\\1`, 'g')
  const parts = [...(textOf(text) ?? '').matchAll(pattern)].map(([part]) => part)
  return [...new Set(parts)].map((part) => ({ text, part }))
}

function withoutNone(part: string): string {
  return part.replace(/none(["']?)$/, (_, quote: string) => (quote === '' ? "''" : quote))
}

function textsBelow(tree: Tree | undefined): readonly Tree[] {
  if (tree === undefined) return []
  if (textOf(tree) !== undefined) return [tree]
  return [...itemsOf(tree), ...entriesOf(tree).map(([, value]) => value)].flatMap(textsBelow)
}
