import { findProvider } from '@trustpub/identity'
import * as v from 'valibot'
import { requireOwnership } from '../../domain/access.ts'
import { requireAdminRole } from '../../domain/accounts.ts'
import type { Account, PackageName, PublisherLink } from '../../domain/model.ts'
import { parsePackageReference } from '../../domain/packages.ts'
import type { Store } from '../../domain/ports.ts'
import { listPublishers } from '../../domain/publishers.ts'
import { refuse } from '../../errors.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { DEFAULT_LIMIT, limit, packageReference } from '../parameters.ts'
import { SCHEMAS } from '../schemas.ts'

const group = 'Logs'
const DOING = 'see the exchanges that were tried'

const listAttempts = defineOperation({
  id: 'listAttempts',
  group,
  method: 'get',
  path: '/attempts',
  access: 'manage',
  summary:
    'List exchanges that were tried for a package, newest first; all of them for administrators',
  input: { query: v.strictObject({ package: v.optional(packageReference), limit }) },
  status: 200,
  answer: v.strictObject({ attempts: v.array(SCHEMAS.Attempt) }),
  handle: async ({ store }, { account }, { query }) => {
    const bound = query.limit ?? DEFAULT_LIMIT
    if (query.package === undefined) {
      requireAdminRole(account, `${DOING} for every package`)
      return { attempts: [...(await store.log.attempts({ limit: bound }))] }
    }
    const name = parsePackageReference(query.package)
    await requireConcern(store, account, name)
    const { ecosystem, normalised } = name
    const sources = (await store.publishers.byPackage(ecosystem, normalised)).map(sourceOf)
    const filter = { ecosystem, package: normalised, sources, limit: bound }
    return { attempts: [...(await store.log.attempts(filter))] }
  },
})

/** What the log keeps of where a run of this publisher comes from. */
function sourceOf({ publisher }: PublisherLink): string {
  return findProvider(publisher.provider).lookupKey(publisher.fields)
}

/** Owners look at their package's attempts; while it does not exist, whoever has a pending publisher for it does. */
async function requireConcern(store: Store, account: Account, name: PackageName): Promise<void> {
  const pkg = await store.packages.find(name.ecosystem, name.normalised)
  if (pkg !== undefined) return requireOwnership(store, account, pkg, DOING)
  if (account.role === 'admin' || (await listPublishers(store, account, name)).length > 0) return
  throw refuse('package_not_found', { package: name.name })
}

const listEvents = defineOperation({
  id: 'listEvents',
  group,
  method: 'get',
  path: '/events',
  access: 'admin',
  summary: 'List what was changed, newest first',
  input: { query: v.strictObject({ limit }) },
  status: 200,
  answer: v.strictObject({ events: v.array(SCHEMAS.Event) }),
  handle: async ({ store }, _caller, { query }) => ({
    events: [...(await store.log.events(query.limit ?? DEFAULT_LIMIT))],
  }),
})

export const logOperations: readonly Operation[] = [listAttempts, listEvents]
