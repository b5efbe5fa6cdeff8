import pc from 'picocolors'
import { expect, it } from 'vitest'
import { type Started, startedLines } from './next-steps.ts'

const STARTED: Started = {
  definition: 'widget/.trustpubrc.ts',
  directory: 'widget',
  name: '@acme/widget',
  repository: 'acme/widget',
  repositoryIsExample: false,
  isGit: true,
  changes: [{ kind: 'create', path: 'package.json' }],
  notes: ['a note'],
  warnings: [],
  registrations: [
    {
      package: 'npm:@acme/widget',
      registry: 'https://registry.npmjs.org/',
      label: 'npmjs.com',
      form: [],
      page: 'https://www.npmjs.com/package/@acme/widget/access',
      firstPublish: 'Publish a first version by hand.',
    },
  ],
}

function text(started: Partial<Started> = {}): string {
  return startedLines({ ...STARTED, ...started }, pc.createColors(false)).join('\n')
}

it('tells what was made, what to register, and what to do next', () => {
  expect(text()).toMatch(/^@acme\/widget is in widget: \.trustpubrc\.ts, and 1 file/)
  expect(text()).toContain('note     a note')
  expect(text()).toContain('@acme/widget at npmjs.com')
  expect(text()).toContain(`Next
  1. cd widget
  2. Play the whole release offline: trustpub rehearse
  3. Register the publishers, as shown above.
  4. git add --all`)
})

it('asks for the repository first where it is an example', () => {
  const example = text({ repositoryIsExample: true, warnings: ['It is an example.'] })
  expect(example).toContain('warning  It is an example.')
  expect(example).toContain('Put your repository into .trustpubrc.ts')
  expect(example).not.toContain('npmjs.com')
})

it('names what could not be done: install, and git', () => {
  const rest = text({
    directory: '.',
    installCommand: 'npm install',
    installProblem: 'npm install failed',
    isGit: false,
  })
  expect(rest).toContain('warning  npm install failed')
  expect(rest).toContain('Next\n  1. npm install\n')
  expect(rest).toMatch(/\d\. git init && git checkout -b main$/m)
})
