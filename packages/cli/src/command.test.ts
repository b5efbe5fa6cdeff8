import { describe, expect, it } from 'vitest'
import { type Command, readArguments, UsageError, unknownText } from './command.ts'

const command: Command = {
  synopsis: 'try [file]',
  description: '',
  options: {
    port: { type: 'string', value: '<number>', help: '' },
    quiet: { type: 'boolean', help: '' },
    path: { type: 'string', multiple: true, help: '' },
  },
  examples: [],
  run: async () => 0,
}

describe('readArguments', () => {
  it('gives texts, flags and positionals', () => {
    const args = readArguments(command, ['a', '--port', '80', '--quiet', 'b'])
    expect(args.positionals).toEqual(['a', 'b'])
    expect(args.text('port')).toBe('80')
    expect(args.flag('quiet')).toBe(true)
    expect(args.flag('json')).toBe(false)
    expect(args.text('quiet')).toBeUndefined()
  })

  it('takes a value after an equals sign', () => {
    expect(readArguments(command, ['--port=80']).text('port')).toBe('80')
  })

  it('gives every value of an option that may be repeated, in order', () => {
    const argv = ['--path', 'a', '--path=b']
    expect(readArguments(command, argv).texts('path')).toEqual(['a', 'b'])
    expect(readArguments(command, []).texts('path')).toEqual([])
  })

  it.each([
    [['--prot', '80'], 'There is no option --prot. Did you mean --port?'],
    [['--verbose-everything'], 'Known: --port, --quiet, --path, --json, --help.'],
    [['--port'], '--port needs a value: --port <number>'],
    [['--path'], '--path needs a value'],
    [['--quiet=yes'], '--quiet takes no value'],
  ])('refuses %j with a sentence that helps', (argv, sentence) => {
    expect(() => readArguments(command, argv)).toThrow(UsageError)
    expect(() => readArguments(command, argv)).toThrow(sentence)
  })

  it('leaves everything after two dashes alone', () => {
    expect(readArguments(command, ['--', '--port']).positionals).toEqual(['--port'])
  })
})

describe('unknownText', () => {
  it('names the nearest known word, if one is near', () => {
    expect(unknownText('command', 'reherse', ['rehearse', 'serve'])).toContain(
      'Did you mean rehearse?',
    )
    expect(unknownText('command', 'publish', ['rehearse', 'serve'])).toContain(
      'Known: rehearse, serve.',
    )
  })
})
