import { describe, expect, it } from 'vitest'
import { endsScript, hereDocument, linesWith, linkOf } from './shell-lines.ts'

const lines = (script: string, command: string) =>
  linesWith(script, command)?.map(({ text }) => text)

describe('hereDocument', () => {
  it('is what stands up to the delimiter', () => {
    const script = 'cat > x <<EOF\na\nb\nEOF\nnpm ci\n'
    expect(hereDocument(script, 'cat > x <<EOF')).toEqual({
      lines: ['a', 'b'],
      text: '\na\nb\nEOF',
    })
    expect(hereDocument("cat <<-'E'\n\ta\n\tE\n", "cat <<-'E'")?.lines).toEqual(['\ta'])
  })

  it('is not there without a delimiter, or where something else follows on the line', () => {
    expect(hereDocument('cat x\n', 'cat x')).toBeUndefined()
    expect(hereDocument('cat <<E\na\n', 'cat <<E')).toBeUndefined()
    expect(hereDocument('cat <<E && y\na\nE\n', 'cat <<E')).toBeUndefined()
  })
})

describe('linesWith', () => {
  it('is the command where it stands by itself', () => {
    expect(lines('a\nb c\nd\n', 'b c')).toEqual(['b c'])
    expect(lines('a\ncat > x <<EOF\nb\nEOF\nd\n', 'cat > x <<EOF')).toEqual([
      'cat > x <<EOF\nb\nEOF',
    ])
  })

  it('takes the test around it that is about nothing else', () => {
    const script = 'a\nif [ -n "$X" ]; then\n  # why\n  b\nfi\nc\n'
    expect(lines(script, 'b')).toEqual(['if [ -n "$X" ]; then\n  # why\n  b\nfi'])
  })

  it('stays within a block that does something else', () => {
    expect(lines('if x; then\n  a\n  b\nfi\n', 'b')).toEqual(['b'])
    expect(lines('if [ x ]; then\n  b\n  a\nfi\n', 'b')).toEqual(['b'])
  })

  it('is there for every time that the command is', () => {
    const script = 'if x\nthen\n  b\n  c\nelif y\nthen\n  b\n  d\nfi\n'
    expect(linesWith(script, 'b')).toEqual([
      { text: 'b', start: 12 },
      { text: 'b', start: 32 },
    ])
  })

  it.each([
    'if x; then\n  b\nfi\n',
    'if [ x ]; then\n  b\nelse\n  a\nfi\n',
    'for x in y; do\n  b\ndone\n',
    'f() {\n  b\n}\n',
    'a && \\\n  b\n',
    'a |\n  b\n',
    'b \n  && a\n',
    'b\nif x; then\n  b\nfi\n',
    'a\n',
  ])('is not there in %j', (script) => {
    expect(linesWith(script, 'b')).toBeUndefined()
  })
})

describe('linkOf', () => {
  it('is a command with what links it to the next', () => {
    expect(linkOf('b > x && npm publish', 'b > x')).toBe('b > x && ')
    expect(linkOf('a\nx; npm publish\n', 'x')).toBe('x; ')
  })

  it('is the last command with what links it to the one before', () => {
    expect(linkOf('a && b', 'b')).toBe(' && b')
    expect(linkOf('a && b && c\nd\n', 'c')).toBe(' && c')
    expect(linkOf('a \\\n  && b', 'b')).toBe(' \\\n  && b')
    expect(linkOf('a &&\nb # last\n', 'b')).toBe(' &&\nb')
  })

  it.each(['a && b && c', 'a || b && c', 'a |\nb && c', 'b &&\nc', 'b && \\\n c', 'b || c', 'b'])(
    'is not there in %j',
    (script) => {
      expect(linkOf(script, 'b')).toBeUndefined()
    },
  )
})

describe('endsScript', () => {
  it.each(['b', 'a\nb\n', 'a && b # c\n\n', 'a \\\n  && b', 'if x; then\n  a\nfi\nb\n'])(
    'holds of %j',
    (script) => {
      expect(endsScript(script, 'b')).toBe(true)
    },
  )

  it.each([
    'b\na',
    'b\nb',
    'b || true',
    'a || b',
    'a | b',
    'if x; then\n  b\nfi',
    'if x; then b; fi',
    'for x in y; do\n  b\ndone',
    'if x; then\n  exit 0\nfi\nb',
    '(b)',
    'x || \\\nb',
  ])('does not hold of %j', (script) => {
    expect(endsScript(script, 'b')).toBe(false)
  })
})
