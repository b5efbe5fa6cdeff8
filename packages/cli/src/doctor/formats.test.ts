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
    [{ findings: [], publishes: false, releases: [] }, 'neither .github/workflows'],
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

describe('the formats for machines', () => {
  it('are valid SARIF, with the fix and what was set aside', () => {
    const ignored = [{ ...testFinding(), reason: 'a machine of our own' }]
    const sarif = sarifOf(testDiagnosis({ findings: [fixable], ignored }))
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
            { suppressions: [{ kind: 'inSource', justification: 'a machine of our own' }] },
          ],
        },
      ],
    })
  })

  it('escape what GitHub would take for its own', () => {
    const [command] = githubCommands(
      testDiagnosis({ findings: [testFinding({ place: { file: 'a:b,c', line: 1, column: 1 } })] }),
    )
    expect(command).toBe(
      '::error file=a%3Ab%2Cc,line=1,col=1,title=trustpub%3A self-hosted-runner::It says "no" | 100%25, of course:%0Ayes.%0AUse `ubuntu-latest`.',
    )
    expect(markdownSummary(testDiagnosis())).toContain('It says "no" \\| 100%, of course: yes.')
  })

  it('tell GitLab a path, a line and a fingerprint', () => {
    expect(codeQuality(testDiagnosis())).toMatchObject([
      {
        check_name: 'self-hosted-runner',
        severity: 'critical',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        location: { path: '.github/workflows/release.yml', lines: { begin: 4 } },
      },
    ])
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
