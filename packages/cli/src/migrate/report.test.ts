import type { Migration } from '@trustpub/pipeline'
import pc from 'picocolors'
import { expect, it } from 'vitest'
import { explanation, patchLines, reportOf } from './report.ts'

const place = { file: '.github/workflows/release.yml', line: 7, column: 3 }
const migration: Migration = {
  files: [
    { file: place.file, before: 'a\nb\n', after: 'a\nc\n' },
    { file: '.npmrc', before: 'token\n', after: undefined },
    { file: 'trusted-publishers.json', before: undefined, after: '{}\n' },
  ],
  changes: [{ place, sentence: 'It asks for ID tokens.', edits: [] }],
  left: [{ place, sentence: 'That stays.' }],
  publishers: [
    {
      package: 'npm:@acme/widget',
      registry: 'https://registry.npmjs.org/',
      provider: 'github',
      fields: { repository: 'acme/widget', workflow: 'release.yml' },
      permissions: ['publish'],
    },
  ],
  secrets: ['NPM_TOKEN'],
}
const colour = pc.createColors(false)

it('shows changed, new and removed files as git does', () => {
  const patch = patchLines(reportOf(migration, false), colour).join('\n')
  expect(patch).toContain('-b\n+c')
  expect(patch).toContain('deleted file mode 100644')
  expect(patch).toContain('new file mode 100644')
})

it('says the order: register, merge, release, then delete the secret', () => {
  const lines = explanation(reportOf(migration, false), colour).join('\n')
  const order = [
    '--write',
    'Register the publishers',
    'rehearse',
    'Merge',
    'delete the secret NPM_TOKEN',
    'Revoke',
  ]
  const positions = order.map((words) => lines.indexOf(words))
  expect(positions).not.toContain(-1)
  expect(positions).toEqual(positions.toSorted((a, b) => a - b))
  expect(lines).toContain('npm trust github @acme/widget')
})

it('has no next steps where nothing changes', () => {
  const report = reportOf({ ...migration, files: [] }, false)
  expect(explanation(report, colour).join('\n')).not.toContain('Next')
})
