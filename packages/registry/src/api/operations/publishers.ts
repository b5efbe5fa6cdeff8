import * as v from 'valibot'
import {
  packageReference as formatReference,
  parsePackageReference,
} from '../../domain/packages.ts'
import {
  createPublisher,
  findPublisher,
  listPublishers,
  type ManagedPublisher,
  removePublisher,
} from '../../domain/publishers.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { packageReference } from '../parameters.ts'
import { type PublisherView, SCHEMAS } from '../schemas.ts'

/** A monorepo's packages in one request; larger ones send several. */
const MAX_PACKAGES = 100

const group = 'Trusted publishers'
const path = v.strictObject({ id: v.string() })

const listPublishersOperation = defineOperation({
  id: 'listPublishers',
  group,
  method: 'get',
  path: '/publishers',
  access: 'manage',
  summary: 'List the trusted publishers of a package, or the pending ones of a package to be',
  input: { query: v.strictObject({ package: packageReference }) },
  status: 200,
  answer: v.strictObject({ publishers: v.array(SCHEMAS.Publisher) }),
  handle: async ({ store }, { account }, { query }) => {
    const links = await listPublishers(store, account, parsePackageReference(query.package))
    const found = links.map(({ publisher }) => findPublisher(store, account, publisher.id))
    return { publishers: (await Promise.all(found)).map(toView) }
  },
})

const createPublisherOperation = defineOperation({
  id: 'createPublisher',
  group,
  method: 'post',
  path: '/publishers',
  access: 'manage',
  summary: 'Trust a workflow with packages; pending where a package does not exist yet',
  input: {
    body: v.strictObject({
      provider: v.pipe(v.string(), v.description('The id of a CI provider, e.g. github')),
      issuer: v.pipe(
        v.optional(v.string()),
        v.description('A registered issuer; the public one of the provider if absent'),
      ),
      fields: v.pipe(
        v.record(v.string(), v.string()),
        v.description('What the provider asks for, e.g. repository and workflow'),
      ),
      packages: v.pipe(
        v.array(packageReference),
        v.minLength(1, 'name at least one package'),
        v.maxLength(MAX_PACKAGES, `name at most ${MAX_PACKAGES} packages`),
      ),
      permissions: v.pipe(
        v.array(v.picklist(['publish', 'stage'])),
        v.minLength(1, 'name at least one permission'),
      ),
      pins: v.pipe(
        v.optional(v.record(v.string(), v.string())),
        v.description('Numeric ids to pin from the start, by claim'),
      ),
    }),
  },
  status: 201,
  answer: SCHEMAS.Publisher,
  handle: async (around, { account }, { body }) => {
    const packages = body.packages.map(parsePackageReference)
    return toView(await createPublisher(around, account, { ...body, packages }))
  },
})

const getPublisher = defineOperation({
  id: 'getPublisher',
  group,
  method: 'get',
  path: '/publishers/{id}',
  access: 'manage',
  summary: 'Show a trusted publisher with those of its packages that the account may change',
  input: { path },
  status: 200,
  answer: SCHEMAS.Publisher,
  handle: async ({ store }, { account }, { path }) =>
    toView(await findPublisher(store, account, path.id)),
})

const removePublisherOperation = defineOperation({
  id: 'removePublisher',
  group,
  method: 'delete',
  path: '/publishers/{id}',
  access: 'manage',
  summary: 'End the trust for one package, or for all that the account may change',
  input: { path, query: v.strictObject({ package: v.optional(packageReference) }) },
  status: 204,
  handle: ({ store }, { account }, { path, query }) => {
    const only = query.package === undefined ? undefined : parsePackageReference(query.package)
    return removePublisher(store, account, path.id, only)
  },
})

function toView({ publisher, links }: ManagedPublisher): PublisherView {
  const { createdBy: _createdBy, ...shown } = publisher
  const packages = links.map((link) => ({
    package: formatReference(link.package),
    pending: link.pending,
  }))
  return { ...shown, packages }
}

export const publisherOperations: readonly Operation[] = [
  listPublishersOperation,
  createPublisherOperation,
  getPublisher,
  removePublisherOperation,
]
