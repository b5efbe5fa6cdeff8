import { describe, expect, it } from 'vitest'
import { hereDocument, linesWith, linkOf } from './shell-lines.ts'

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
    expect(linesWith('a\nb c\nd\n', 'b c')).toBe('b c')
    expect(linesWith('a\ncat > x <<EOF\nb\nEOF\nd\n', 'cat > x <<EOF')).toBe(
      'cat > x <<EOF\nb\nEOF',
    )
  })

  it('takes the test around it that is about nothing else', () => {
    const script = 'a\nif [ -n "$X" ]; then\n  # why\n  b\nfi\nc\n'
    expect(linesWith(script, 'b')).toBe('if [ -n "$X" ]; then\n  # why\n  b\nfi')
  })

  it('stays within a block that does something else', () => {
    expect(linesWith('if x; then\n  a\n  b\nfi\n', 'b')).toBe('b')
    expect(linesWith('if [ x ]; then\n  b\n  a\nfi\n', 'b')).toBe('b')
  })

  it.each([
    'if x; then\n  b\nfi\n',
    'if [ x ]; then\n  b\nelse\n  a\nfi\n',
    'for x in y; do\n  b\ndone\n',
    'f() {\n  b\n}\n',
    'a && \\\n  b\n',
    'a |\n  b\n',
    'b \n  && a\n',
    'b\nb\n',
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

  it.each(['a && b && c', 'a || b && c', 'a |\nb && c', 'b &&\nc', 'b && \\\n c', 'b || c', 'b'])(
    'is not there in %j',
    (script) => {
      expect(linkOf(script, 'b')).toBeUndefined()
    },
  )
})
