import { expect, it } from 'vitest'
import { isOfVersion } from './python-names.ts'

it.each([
  ['acme_widget-1.0.0-py3-none-any.whl', 'Acme.Widget', '1.0.0'],
  ['acme_widget-1.0.0-1-cp312-cp312-manylinux_2_28_x86_64.whl', 'acme-widget', '1.0'],
  ['acme-widget-1.0.tar.gz', 'acme-widget', '1.0.0'],
  ['acme_widget-1.0.0rc1.tar.gz', 'acme-widget', '1.0.0-RC.1'],
  ['acme_widget-1.0.post1.tar.gz', 'acme-widget', 'v1.0.post1'],
  ['acme_widget-1.0.0.dev3.tar.gz', 'acme-widget', '1.0.dev3'],
  ['acme_widget-2!1.0+local.1.zip', 'acme-widget', '2!1.0+local-1'],
])('%s is a file of %s %s', (filename, name, version) => {
  expect(isOfVersion(filename, name, version)).toBe(true)
})

it.each([
  ['acme_widget-1.0.1-py3-none-any.whl', 'acme-widget', '1.0.0'],
  ['acme_widget_extra-1.0.0.tar.gz', 'acme-widget', '1.0.0'],
  ['acme_widget-10.tar.gz', 'acme-widget', '1'],
  ['acme_widget-1.0.0rc1.tar.gz', 'acme-widget', '1.0.0'],
  ['acme_widget-1.0.0.exe', 'acme-widget', '1.0.0'],
])('%s is no file of %s %s', (filename, name, version) => {
  expect(isOfVersion(filename, name, version)).toBe(false)
})
