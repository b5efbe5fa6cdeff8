import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PipelineError } from './errors.ts'
import { readPipelines } from './read.ts'
import { readOne, withRepository } from './repository/repository.test.util.ts'

const PUBLISH = 'on: push\njobs:\n  publish:\n    steps: [{ run: npm publish }]\n'

describe('readPipelines', () => {
  it('finds nothing in a repository without a CI', async () => {
    expect(await withRepository({ 'package.json': '{}' }, readPipelines)).toEqual([])
  })

  it('reads both CIs of a repository', async () => {
    const files = {
      '.github/workflows/r.yaml': PUBLISH,
      '.gitlab-ci.yml': 'p: { script: npm publish }',
    }
    const found = await withRepository(files, readPipelines)
    expect(found.map(({ provider, jobs }) => [provider, jobs.length])).toEqual([
      ['github', 1],
      ['gitlab', 1],
    ])
  })

  it('refuses a directory that is not there', async () => {
    await expect(readPipelines('/nowhere/at/all')).rejects.toMatchObject({
      code: 'directory_unreadable',
    })
  })

  it('keeps the other files when one cannot be parsed', async () => {
    const found = await readOne({
      '.github/workflows/a.yml': 'on: [',
      '.github/workflows/b.yml': PUBLISH,
    })
    expect(found.jobs).toHaveLength(1)
    expect(found.unknowns[0]).toMatchObject({ place: { file: '.github/workflows/a.yml' } })
  })

  it('throws where the only file cannot be parsed', async () => {
    const reading = withRepository({ '.github/workflows/a.yml': 'on: [' }, readPipelines)
    await expect(reading).rejects.toMatchObject({
      code: 'workflow_unparseable',
      place: { file: '.github/workflows/a.yml', line: 1 },
    })
  })

  it('throws nothing but its own error, whatever is in the files', async () => {
    const word = fc.constantFrom(
      ...'on jobs steps run uses with env permissions strategy matrix include exclude environment name defaults'.split(
        ' ',
      ),
      ...'push workflow_call inputs default extends script before_script id_tokens aud rules if only variables'.split(
        ' ',
      ),
      ...[
        '.base',
        'trigger',
        'parallel',
        'working-directory',
        'npm publish',
        'cd x && npm run release',
      ],
      ...['./.github/workflows/w.yml', './', `\${{ inputs.x }}`, 'uv publish', '!reference', '$X'],
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        word,
        fc.jsonValue({ maxDepth: 1 }),
        tie('map'),
        tie('list'),
      ),
      map: fc.dictionary(word, tie('value'), { maxKeys: 5 }),
      list: fc.array(tie('value'), { maxLength: 4 }),
    }))
    const job = fc.record({
      steps: fc.array(fc.record({ run: fc.string(), env: value })),
      if: value,
    })
    const tree = fc.oneof(
      value,
      fc.record({ on: value, jobs: fc.dictionary(word, fc.oneof(job, value)) }),
    )
    await fc.assert(
      fc.asyncProperty(tree, tree, value, async (github, gitlab, manifest) => {
        const files = {
          '.github/workflows/w.yml': JSON.stringify(github),
          '.gitlab-ci.yml': JSON.stringify(gitlab),
          'package.json': JSON.stringify(manifest),
        }
        await withRepository(files, readPipelines).catch((error: unknown) => {
          expect(error).toBeInstanceOf(PipelineError)
        })
      }),
      { numRuns: 300 },
    )
  })
})
