import type { Registration } from '@trustpub/project'
import pc from 'picocolors'
import { expect, it } from 'vitest'
import { registrationLines } from './registration.ts'

const colour = pc.createColors(false)

const NPM: Registration = {
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  label: 'npmjs.com',
  form: [
    ['Organization or user', 'acme'],
    ['Repository', 'widget'],
  ],
  page: 'https://www.npmjs.com/package/@acme/widget/access',
  command: 'npm trust github @acme/widget',
  firstPublish: 'Publish a first version by hand.',
}

const PYPI: Registration = {
  package: 'pypi:acme-widget',
  registry: 'https://upload.pypi.org/legacy/',
  label: 'PyPI',
  form: [['PyPI project name', 'acme-widget']],
  page: 'https://pypi.org/manage/project/acme-widget/settings/publishing/',
  prefilled: 'https://pypi.org/manage/project/acme-widget/settings/publishing/?provider=github',
  firstPublish: 'Add a pending publisher.',
}

it('shows for each package what to enter and where, and what else would do it', () => {
  expect(registrationLines([NPM, PYPI], colour)).toEqual([
    expect.stringContaining('Register 2 trusted publishers.'),
    '',
    '@acme/widget at npmjs.com',
    '  Enter at https://www.npmjs.com/package/@acme/widget/access',
    '    Organization or user  acme',
    '    Repository            widget',
    '  or run: npm trust github @acme/widget',
    '  Publish a first version by hand.',
    '',
    'acme-widget at PyPI',
    '  Enter at https://pypi.org/manage/project/acme-widget/settings/publishing/',
    '    PyPI project name  acme-widget',
    '  or open the form filled in: https://pypi.org/manage/project/acme-widget/settings/publishing/?provider=github',
    '  Add a pending publisher.',
  ])
})

it('shows nothing where nothing is published', () => {
  expect(registrationLines([], colour)).toEqual([])
})
