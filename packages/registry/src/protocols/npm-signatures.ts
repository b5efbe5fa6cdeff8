import { readablePackage } from '../domain/access.ts'
import type { SigningKey } from '../domain/model.ts'
import { refuse } from '../errors.ts'
import type { App, AppContext } from '../http/app-types.ts'
import { quoted } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import { readableNpmName } from './npm-name.ts'

/** The one kind of key that npm's clients know. */
const KEY_TYPE = 'ecdsa-sha2-nistp256'

/** Routes by which clients verify what they installed: the registry's public keys, and the attestations of a version. */
export function mountNpmSignatures(app: App, registry: Registry): void {
  app.get('/-/npm/v1/keys', async (c) => {
    const keys = await registry.store.signingKeys.list()
    return c.json({ keys: keys.map(describeKey) }, 200, { 'cache-control': 'no-cache' })
  })
  app.get('/-/npm/v1/attestations/:version', (c) => attestations(c, registry))
}

function describeKey({ keyid, publicKey, expiresAt }: SigningKey) {
  return {
    expires: expiresAt ?? null,
    keyid,
    keytype: KEY_TYPE,
    scheme: KEY_TYPE,
    key: publicKey,
  }
}

async function attestations(c: AppContext, { store }: Registry): Promise<Response> {
  const [, name = '', version = ''] = /^(.+)@([^@]*)$/.exec(c.req.param('version') ?? '') ?? []
  const pkg = await readablePackage(store, c.get('actor'), readableNpmName(name))
  const release = await store.packages.release(pkg.id, version)
  const tarball = release?.files[0]
  if (tarball === undefined)
    throw refuse('version_not_found', { package: pkg.name, version: quoted(version) })
  const found = await store.attestations.ofFile(pkg.id, tarball.filename)
  if (found.length === 0) throw refuse('not_attested', { what: `${pkg.name} ${version}` })
  const answer = {
    attestations: found.map(({ predicateType, content }) => ({ predicateType, bundle: content })),
  }
  return c.json(answer, 200, { 'cache-control': 'private, no-cache' })
}
