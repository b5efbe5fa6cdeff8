import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitAssignments, splitScript } from './shell.ts'

const words = (script: string) => splitScript(script).map((command) => command.words)

describe('splitScript', () => {
  it.each([
    ['npm publish --access public', [['npm', 'publish', '--access', 'public']]],
    ['cd a && npm publish; ls || true', [['cd', 'a'], ['npm', 'publish'], ['ls'], ['true']]],
    ['npm publish \\\n  --tag next', [['npm', 'publish', '--tag', 'next']]],
    ['npm publish \\\r\n  --tag next', [['npm', 'publish', '--tag', 'next']]],
    ['# npm publish\nls # npm publish', [['ls']]],
    ['a#b', [['a#b']]],
    ['echo "npm publish" \'a "b"\' c\\ d', [['echo', 'npm publish', 'a "b"', 'c d']]],
    ['npm publish > log 2>&1 </dev/null', [['npm', 'publish']]],
    ['npm publish &> log', [['npm', 'publish']]],
    ['if npm view x; then npm publish; fi', [['npm', 'view', 'x'], ['npm', 'publish'], ['fi']]],
    [
      `x \${{ matrix.a b }} "\${{ inputs['x'] }}"`,
      [['x', `\${{ matrix.a b }}`, `\${{ inputs['x'] }}`]],
    ],
    [
      'echo $(npm publish --json)',
      [
        ['npm', 'publish', '--json'],
        ['echo', '$(npm publish --json)'],
      ],
    ],
    [`echo $((1 + 2)) \${A:-b c}`, [['echo', '$((1 + 2))', `\${A:-b c}`]]],
    ['cat <<EOF\nnpm publish\nEOF\nls', [['cat'], ['ls']]],
    ["cat > f <<-'END' && ls\n\tnpm publish\n\tEND\nls -a", [['cat'], ['ls'], ['ls', '-a']]],
    ['""', [['']]],
    ['', []],
  ])('splits %j', (script, expected) => {
    expect(words(script)).toEqual(expected)
  })

  it('counts lines from the start of the script', () => {
    const script = 'a\n\n# b\nc \\\n d\n$(\ne)\nf'
    expect(splitScript(script).map(({ text, line }) => [text, line])).toEqual([
      ['a', 0],
      ['c \\\n d', 3],
      ['e', 6],
      ['$(\ne)', 5],
      ['f', 7],
    ])
  })

  it('tells the subshells apart', () => {
    const scopes = splitScript('a; (b; (c)); (d); e').map(({ scope }) => scope)
    expect(scopes).toEqual([[], [1], [1, 2], [3], []])
  })

  it('gives back every word that was quoted', () => {
    const single = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
    const double = (word: string) => `"${word.replace(/[$`"\\]/g, '\\$&')}"`
    const word = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/^(?:if|then|do|!|\{|time)$/.test(text))
    const quoting = fc.constantFrom(single, double)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, quoting), { minLength: 1 }), (list) => {
        const script = list.map(([text, quote]) => quote(text)).join(' ')
        expect(words(script)).toEqual([list.map(([text]) => text)])
      }),
    )
  })

  it('never throws and never loses a line', () => {
    const piece = fc.constantFrom(
      ...'\'"\\$`(){}<>&|;#\n \t!a=-'.split(''),
      '${{',
      '}}',
      '<<E',
      '$(',
    )
    const script = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(script, (text) => {
        const lines = text.split('\n').length
        for (const { line } of splitScript(text)) expect(line).toBeLessThan(lines)
      }),
      { numRuns: 2000 },
    )
  })

  it('opens no subshells without end', () => {
    const depth = 20_000
    const found = splitScript(`${'('.repeat(depth)} cd x ${')'.repeat(depth)}; cd y`)
    expect(found.map(({ text, scope }) => [text, scope.length])).toEqual([
      ['cd x', 50],
      ['cd y', 0],
    ])
  })

  it('takes time in proportion to a long script', () => {
    const started = performance.now()
    splitScript('echo $(a "$(b)") `c` \\\n && (d)\n'.repeat(20_000))
    splitScript('$('.repeat(50_000))
    splitScript('('.repeat(2_000))
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('splitAssignments', () => {
  it('takes only leading assignments', () => {
    const { assignments, words: rest } = splitAssignments(['A=1', 'B=x=y', 'npm', 'C=2'])
    expect(assignments).toEqual([
      ['A', '1'],
      ['B', 'x=y'],
    ])
    expect(rest).toEqual(['npm', 'C=2'])
  })
})
