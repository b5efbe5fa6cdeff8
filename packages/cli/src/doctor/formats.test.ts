import { Ajv } from 'ajv'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { codeQuality, githubCommands, markdownSummary } from './annotations.ts'
import { mend } from './fix.ts'
import { jsonOf } from './json.ts'
import { reportLines } from './report.ts'
import { sarifOf } from './sarif.ts'
import { TEXT, testDiagnosis, testFinding } from './testing.ts'

const colour = pc.createColors(false)
const asItIs = (file: string) => file
const at = TEXT.indexOf('self-hosted')
const edit = (start: number, end: number, text: string) => ({
  file: testFinding().place.file,
  start,
  end,
  text,
})
const fixable = testFinding({ edits: [edit(at, at + 11, 'ubuntu-latest')] })

/** What SARIF 2.1.0 demands of the members that are written here (OASIS, sections 3.13 to 3.58). */
const SARIF = {
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                properties: {
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id', 'shortDescription', 'helpUri'],
                      properties: {
                        defaultConfiguration: {
                          type: 'object',
                          properties: { level: { enum: ['none', 'note', 'warning', 'error'] } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['ruleId', 'level', 'message', 'locations', 'partialFingerprints'],
              properties: {
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: { type: 'object', required: ['text'] },
                locations: {
                  type: 'array',
                  minItems: 1,
                  items: {
                    type: 'object',
                    required: ['physicalLocation'],
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation', 'region'],
                        properties: {
                          region: {
                            type: 'object',
                            properties: {
                              startLine: { type: 'integer', minimum: 1 },
                              startColumn: { type: 'integer', minimum: 1 },
                            },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
}

describe('the report for people', () => {
  it('shows the line, what will happen and the fix, and a verdict', () => {
    const lines = reportLines(testDiagnosis(), '.', colour)
    expect(lines[0]).toBe('error .github/workflows/release.yml:4:5 [self-hosted-runner]')
    expect(lines[1]).toContain('4 │     runs-on: self-hosted')
    expect(lines.join('\n')).toContain('✗ The release of . will fail. 1 error.')
  })

  it.each([
    [{ findings: [] }, 'Nothing in . is certain to fail'],
    [{ findings: [], publishes: false }, 'No job in . publishes'],
    [{ findings: [], publishes: false, hasCi: false }, 'neither .github/workflows'],
    [
      { findings: [testFinding({ severity: 'warning' })] },
      'certain to fail on release day. 1 warning',
    ],
    [{ findings: [fixable] }, 'trustpub doctor --fix mends one of them.'],
    [{ unknowns: [{ sentence: 'That is hidden.' }] }, '• That is hidden.'],
    [{ ignored: [{ ...testFinding(), reason: 'x' }] }, '1 ignored'],
  ])('says of %j what that means', (changes, words) => {
    expect(reportLines(testDiagnosis(changes), '.', colour).join('\n')).toContain(words)
  })
})

describe('a repository that wants to be more than text', () => {
  const esc = String.fromCharCode(27)
  const file = testFinding().place.file
  const text = (line: string) => ({ source: () => ({ file, text: `\n\n\n${line}\n` }) })

  it('steers neither the terminal nor the CI', () => {
    const finding = testFinding({ message: `::error::no\n::warning::${esc}[2J`, fix: '##[group]x' })
    const changes = { findings: [finding], ...text(`\trun: ${esc}[31m ##[error]x`) }
    const lines = reportLines(testDiagnosis(changes), '.', colour)
    expect(lines.join('\n')).not.toMatch(new RegExp(`^\\s*::|##\\[|${esc}`, 'm'))
    expect(lines[1]).toContain('4 │   run: ')
  })

  it('fills no screen with one line, or with what is not known', () => {
    const unknowns = Array.from({ length: 40 }, (_, at) => ({ sentence: `Unknown ${at}.` }))
    const changes = { unknowns, ...text('x'.repeat(5000)) }
    const lines = reportLines(testDiagnosis(changes), '.', colour)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(200)
    expect(lines.filter((line) => line.includes('Unknown'))).toHaveLength(12)
    expect(lines.join('\n')).toContain('and 28 more')
  })
})

describe('the formats for machines', () => {
  it('are valid SARIF, with the fix and without what was set aside', () => {
    const ignored = [{ ...testFinding(), reason: 'a machine of our own' }]
    const sarif = sarifOf(testDiagnosis({ findings: [fixable], ignored }), asItIs)
    const validate = new Ajv({ strict: false }).compile(SARIF)
    expect(validate(sarif), JSON.stringify(validate.errors)).toBe(true)
    expect(sarif).toMatchObject({
      runs: [
        {
          results: [
            {
              ruleId: 'self-hosted-runner',
              fixes: [
                {
                  artifactChanges: [
                    {
                      replacements: [
                        {
                          deletedRegion: {
                            startLine: 4,
                            startColumn: 14,
                            endLine: 4,
                            endColumn: 25,
                          },
                          insertedContent: { text: 'ubuntu-latest' },
                        },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    })
  })

  it('escape what GitHub would take for its own', () => {
    const [command] = githubCommands(
      testDiagnosis({ findings: [testFinding({ place: { file: 'a:b,c', line: 1, column: 1 } })] }),
      asItIs,
    )
    expect(command).toBe(
      '::error file=a%3Ab%2Cc,line=1,col=1,title=trustpub%3A self-hosted-runner::It says "no" | 100%25, of course:%0Ayes.%0AUse `ubuntu-latest`.',
    )
    expect(markdownSummary(testDiagnosis(), asItIs)).toContain(
      'It says "no" \\| 100%, of course: yes.',
    )
  })

  it('tell GitLab a path, a line and a fingerprint', () => {
    expect(codeQuality(testDiagnosis(), asItIs)).toMatchObject([
      {
        check_name: 'self-hosted-runner',
        severity: 'critical',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        location: { path: '.github/workflows/release.yml', lines: { begin: 4 } },
      },
    ])
  })

  it('give every finding a fingerprint of its own, which lines above do not change', () => {
    const twice = [testFinding(), testFinding({ place: { ...testFinding().place, line: 3 } })]
    const moved = twice.map((one) => ({
      ...one,
      place: { ...one.place, line: one.place.line + 9 },
    }))
    const prints = [twice, moved].map((findings) =>
      codeQuality(testDiagnosis({ findings }), asItIs).map(({ fingerprint }) => fingerprint),
    )
    expect(new Set(prints[0]).size).toBe(2)
    expect(prints[1]).toEqual(prints[0])
  })

  it('name files by their path in the checkout', () => {
    const inFolder = (file: string) => `code/a b/${file}`
    const diagnosis = testDiagnosis({ findings: [fixable] })
    expect(githubCommands(diagnosis, inFolder)[0]).toContain('file=code/a b/.github/workflows/')
    expect(JSON.stringify(codeQuality(diagnosis, inFolder))).toContain('code/a b/.github')
    const sarif = JSON.stringify(sarifOf(diagnosis, inFolder))
    expect(sarif.match(/"code\/a%20b\/\.github\/workflows\/release\.yml"/g)).toHaveLength(2)
  })

  it('leave findings out of a summary that GitHub would refuse', () => {
    const findings = Array.from({ length: 5000 }, (_, at) =>
      testFinding({ message: `${at} ${'x'.repeat(300)}` }),
    )
    const summary = markdownSummary(testDiagnosis({ findings }), asItIs)
    expect(summary.length).toBeLessThan(1024 * 1024)
    expect(summary).toMatch(/And \d+ more; the log has them all\./)
  })

  it('keep markup out of the summary, and code as it is', () => {
    const message = 'Runs `a | b_c` and <img> [x](y) *so*.'
    const summary = markdownSummary(testDiagnosis({ findings: [testFinding({ message })] }), asItIs)
    expect(summary).toContain('Runs `a \\| b_c` and \\<img\\> \\[x\\](y) \\*so\\*.')
  })

  it('count as JSON', () => {
    expect(jsonOf(testDiagnosis({ findings: [fixable] }))).toMatchObject({
      ok: false,
      counts: { errors: 1, warnings: 0, notes: 0, ignored: 0, fixable: 1 },
      findings: [{ check: 'self-hosted-runner', line: 4, fixable: true }],
    })
  })
})

describe('mend', () => {
  it('makes the edits of all findings', () => {
    const { files, mended } = mend(testDiagnosis({ findings: [testFinding(), fixable] }))
    expect(files).toEqual([
      {
        file: fixable.place.file,
        before: TEXT,
        after: TEXT.replace('self-hosted', 'ubuntu-latest'),
      },
    ])
    expect(mended).toEqual([fixable])
  })

  it('leaves an edit that meets another one for the next run', () => {
    const other = testFinding({ edits: [edit(at + 2, at + 5, 'x')] })
    const { mended, skipped } = mend(testDiagnosis({ findings: [fixable, other] }))
    expect(mended).toEqual([fixable])
    expect(skipped).toEqual([other])
  })
})
