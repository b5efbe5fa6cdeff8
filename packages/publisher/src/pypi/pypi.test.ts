import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../testing.ts'
import { metadata, writeSdist, writeWheel, writeZip } from '../testing-files.ts'
import { formFields, uploadForm } from './form.ts'
import { parseMetadata } from './metadata.ts'
import { isDistribution, PYPI, readDistribution } from './read.ts'

const MORE = `Summary: A widget
Classifier: One
Classifier: Two
Project-URL: Home, https://acme.example
Requires-Dist: a>=1
Provides-Extra: x
Requires-Python: >=3.9
License-File: LICENSE
Author-Email: a@acme.example

# Widget

with text`

describe('core metadata', () => {
  it('is read with its description, continued lines and repeated fields', () => {
    const text = metadata(
      'widget',
      '1',
      'License: one\n        two\nKeywords: a\nKeywords: b\n\nbody\n\nmore',
    )
    const { fields, description } = parseMetadata(Buffer.from(text.replaceAll('\n', '\r\n')))
    expect(fields.get('license')).toEqual(['one\ntwo'])
    expect(fields.get('keywords')).toEqual(['a', 'b'])
    expect(description).toBe('body\n\nmore')
  })

  it.each([
    '',
    'Name: x\nVersion: 1',
    'Metadata-Version: 2.1\nVersion: 1',
    ' indented',
    'no colon here',
  ])('is refused as %j', (text) => {
    expect(() => parseMetadata(Buffer.from(text))).toThrow('its metadata')
  })
})

describe('a distribution', () => {
  it('is a wheel or an sdist by its name', () => {
    const names = [
      'a-1.whl',
      'a-1-py3-none-any.whl',
      'a-1.0.post1-1-cp311-cp311-linux_x86_64.whl',
      'a-1.tar.gz',
      'a.tar.gz',
      'a-1.zip',
      'a-1.tgz',
    ]
    expect(names.filter(isDistribution)).toEqual([names[1], names[2], names[3]])
  })

  it.each([writeWheel, writeSdist])('is read with what it says of itself (%o)', async (write) => {
    const path = write(temporaryFolder(), 'acme-widget', '1.0.0', MORE)
    expect(await readDistribution(path, PYPI)).toMatchObject({
      name: 'acme-widget',
      version: '1.0.0',
      size: readFileSync(path).length,
    })
  })

  it('is refused if its metadata is of another project', async () => {
    const path = writeZip(temporaryFolder(), 'acme-1-py3-none-any.whl', {
      'acme-1.dist-info/METADATA': metadata('other', '1'),
    })
    await expect(readDistribution(path, PYPI)).rejects.toMatchObject({
      code: 'distribution_invalid',
    })
  })

  it('is refused without metadata', async () => {
    const path = writeZip(temporaryFolder(), 'acme-1-py3-none-any.whl', { 'acme.py': '' })
    await expect(readDistribution(path, PYPI)).rejects.toThrow('it has no METADATA')
  })

  it('brings the attestations that lie beside it, and no others', async () => {
    const folder = temporaryFolder()
    const path = writeWheel(folder, 'acme', '1')
    writeFileSync(`${path}.publish.attestation`, '{"version":1}')
    writeFileSync(path.replace('-1-', '-2-').concat('.publish.attestation'), '{"version":2}')
    expect((await readDistribution(path, PYPI)).attestations).toEqual([{ version: 1 }])
    writeFileSync(`${path}.slsa.attestation`, '{')
    await expect(readDistribution(path, PYPI)).rejects.toThrow('not valid JSON')
  })
})

describe('the form of an upload', () => {
  it('has every field as PyPI names it', async () => {
    const path = writeWheel(temporaryFolder(), 'acme-widget', '1.0.0', MORE)
    const artifact = await readDistribution(path, PYPI)
    expect(formFields(artifact)).toEqual([
      [':action', 'file_upload'],
      ['protocol_version', '1'],
      ['name', 'acme-widget'],
      ['version', '1.0.0'],
      ['metadata_version', '2.4'],
      ['filetype', 'bdist_wheel'],
      ['pyversion', 'py3'],
      ['sha256_digest', artifact.digests.sha256],
      ['summary', 'A widget'],
      ['classifiers', 'One'],
      ['classifiers', 'Two'],
      ['project_urls', 'Home, https://acme.example'],
      ['requires_dist', 'a>=1'],
      ['provides_extra', 'x'],
      ['requires_python', '>=3.9'],
      ['license_file', 'LICENSE'],
      ['author_email', 'a@acme.example'],
      ['description', '# Widget\n\nwith text'],
    ])
  })

  it('is read by another reader of forms, with the very bytes of the file', async () => {
    const path = writeSdist(temporaryFolder(), 'acme-widget', '1.0.0', MORE)
    const { body, contentType } = uploadForm(await readDistribution(path, PYPI), [{ version: 1 }])
    const chunks: Uint8Array[] = []
    for await (const chunk of body.chunks()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    expect(bytes.length).toBe(body.length)
    const headers = { 'content-type': contentType }
    const form = await new Response(bytes, { headers }).formData()
    const content = form.get('content') as File
    expect(content.name).toBe('acme_widget-1.0.0.tar.gz')
    expect(Buffer.from(await content.arrayBuffer())).toEqual(readFileSync(path))
    expect(form.get('attestations')).toBe('[{"version":1}]')
    expect(form.get('pyversion')).toBe('source')
    expect(form.getAll('classifiers')).toEqual(['One', 'Two'])
  })
})
