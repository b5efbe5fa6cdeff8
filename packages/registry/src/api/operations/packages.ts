import * as v from 'valibot'
import type { Package, Release } from '../../domain/model.ts'
import {
  addOwner,
  findPackage,
  parsePackageName,
  removeOwner,
  setVisibility,
  yank,
} from '../../domain/packages.ts'
import { refuse } from '../../errors.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { DEFAULT_LIMIT, ecosystem, limit, sentence } from '../parameters.ts'
import { type PackageView, type ReleaseView, SCHEMAS } from '../schemas.ts'

const group = 'Packages'
const path = v.strictObject({ ecosystem, name: v.string() })
const ownerPath = v.strictObject({ ...path.entries, account: v.string() })

const listPackages = defineOperation({
  id: 'listPackages',
  group,
  method: 'get',
  path: '/packages',
  access: 'read',
  summary: 'List packages by name; the last name of a page is "after" of the next',
  input: { query: v.strictObject({ ecosystem, after: v.optional(v.string()), limit }) },
  status: 200,
  answer: v.strictObject({ packages: v.array(SCHEMAS.Package) }),
  handle: async ({ store }, _caller, { query }) => {
    const after =
      query.after === undefined ? '' : parsePackageName(query.ecosystem, query.after).normalised
    const page = { after, limit: query.limit ?? DEFAULT_LIMIT }
    const packages = await store.packages.list(query.ecosystem, 'all', page)
    return { packages: packages.map(toView) }
  },
})

const getPackage = defineOperation({
  id: 'getPackage',
  group,
  method: 'get',
  path: '/packages/{ecosystem}/{name}',
  access: 'read',
  summary: 'Show a package with its owners, dist-tags and newest releases',
  input: { path, query: v.strictObject({ limit }) },
  status: 200,
  answer: SCHEMAS.PackageDetails,
  handle: async ({ store }, _caller, { path, query }) => {
    const pkg = await findPackage(store, parsePackageName(path.ecosystem, path.name))
    const releases = await store.packages.releases(pkg.id)
    const owners = await store.packages.owners(pkg.id)
    return {
      ...toView(pkg),
      owners: owners.map((owner) => owner.name),
      tags: await store.packages.tags(pkg.id),
      releases: releases
        .slice(-(query.limit ?? DEFAULT_LIMIT))
        .reverse()
        .map(toReleaseView),
    }
  },
})

const changePackage = defineOperation({
  id: 'changePackage',
  group,
  method: 'patch',
  path: '/packages/{ecosystem}/{name}',
  access: 'manage',
  summary: 'Change who may read a package',
  input: { path, body: v.strictObject({ visibility: v.picklist(['public', 'restricted']) }) },
  status: 204,
  handle: ({ store }, { account }, { path, body }) =>
    setVisibility(store, account, parsePackageName(path.ecosystem, path.name), body.visibility),
})

const addOwnerOperation = defineOperation({
  id: 'addOwner',
  group,
  method: 'put',
  path: '/packages/{ecosystem}/{name}/owners/{account}',
  access: 'manage',
  summary: 'Make an account an owner of a package',
  input: { path: ownerPath },
  status: 204,
  handle: ({ store }, { account }, { path }) =>
    addOwner(store, account, parsePackageName(path.ecosystem, path.name), path.account),
})

const removeOwnerOperation = defineOperation({
  id: 'removeOwner',
  group,
  method: 'delete',
  path: '/packages/{ecosystem}/{name}/owners/{account}',
  access: 'manage',
  summary: 'Take an owner from a package; the last one stays',
  input: { path: ownerPath },
  status: 204,
  handle: ({ store }, { account }, { path }) =>
    removeOwner(store, account, parsePackageName(path.ecosystem, path.name), path.account),
})

const yankRelease = defineOperation({
  id: 'yankRelease',
  group,
  method: 'post',
  path: '/packages/{ecosystem}/{name}/yank',
  access: 'manage',
  summary: 'Yank a release of a Python project (PEP 592); reason null takes it back',
  input: { path, body: v.strictObject({ version: v.string(), reason: v.nullable(sentence) }) },
  status: 204,
  handle: async ({ store }, { account }, { path, body }) => {
    if (path.ecosystem !== 'pypi') {
      throw refuse('not_offered', { what: 'yanking of npm packages. Use npm deprecate' })
    }
    const name = parsePackageName(path.ecosystem, path.name)
    await yank(store, account, name, body.version, body.reason ?? undefined)
  },
})

function toView({ ecosystem, name, visibility, createdAt, updatedAt }: Package): PackageView {
  return { ecosystem, name, visibility, createdAt, updatedAt }
}

function toReleaseView({ version, publishedAt, publishedBy, files }: Release): ReleaseView {
  const { id: _id, ...by } = publishedBy
  return {
    version,
    publishedAt,
    publishedBy: by,
    files: files.map(({ filename, size, yanked }) => ({
      filename,
      size,
      ...(yanked === undefined ? {} : { yanked }),
    })),
  }
}

export const packageOperations: readonly Operation[] = [
  listPackages,
  getPackage,
  changePackage,
  addOwnerOperation,
  removeOwnerOperation,
  yankRelease,
]
