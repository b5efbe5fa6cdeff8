import type { RecordedPublisher } from '@trustpub/identity/record'
import type { Project } from '../project.ts'
import { npmTrustCommand } from './npm-trust-command.ts'
import { PublisherRecord } from './record.ts'
import { NPM_REGISTRY } from './targets.ts'

/** What a person has to enter at a registry, once, so that a package can be published from CI. */
export interface Registration {
  /** `npm:@acme/widget` or `pypi:acme-widget`. */
  readonly package: string
  /** The address that is published to. */
  readonly registry: string
  /** How people call the registry. */
  readonly label: string
  /** The fields of its form. */
  readonly form: readonly (readonly [field: string, value: string])[]
  /** The page with the form. */
  readonly page: string
  /** The command that does the same. */
  readonly command?: string
  /** The page with the form filled in. */
  readonly prefilled?: string
  /** How the first publish of a new package works. */
  readonly firstPublish: string
}

/** What is to be registered for all trusted publishers of a root project. */
export function registrations(project: Project): readonly Registration[] {
  return registrationsOf(PublisherRecord.of(project.root).publishers)
}

/** What is to be registered for recorded publishers, in their order. */
export function registrationsOf(publishers: readonly RecordedPublisher[]): readonly Registration[] {
  return publishers.map((publisher) => {
    const { host } = new URL(publisher.registry)
    const pypi = PYPI_SITES[host]
    if (pypi !== undefined) return atPyPi(publisher, pypi)
    return host === new URL(NPM_REGISTRY).host ? atNpm(publisher) : elsewhere(publisher)
  })
}

const PYPI_SITES: Readonly<Record<string, { readonly label: string; readonly site: string }>> = {
  'upload.pypi.org': { label: 'PyPI', site: 'https://pypi.org' },
  'pypi.org': { label: 'PyPI', site: 'https://pypi.org' },
  'test.pypi.org': { label: 'TestPyPI', site: 'https://test.pypi.org' },
}

function atNpm(publisher: RecordedPublisher): Registration {
  const command = npmTrustCommand(publisher)
  return {
    package: publisher.package,
    registry: publisher.registry,
    label: 'npmjs.com',
    form: formOf(publisher, {
      github: ['Organization or user', 'Repository', 'Workflow filename'],
      gitlab: ['Namespace', 'Project name', 'Top-level CI file path'],
    }),
    page: `https://www.npmjs.com/package/${nameOf(publisher)}/access`,
    ...(command === undefined ? {} : { command }),
    firstPublish:
      'npmjs.com takes a trusted publisher only for a package that exists: publish a first version by hand (npm publish, with your own two-factor login), then register, then release.',
  }
}

type Labels = readonly [owner: string, repository: string, workflow: string]

/** The fields of a form, as it calls them; of kinds of CI that it has no names for as the record calls them. */
function formOf(
  { provider, fields }: RecordedPublisher,
  labels: Readonly<Record<'github' | 'gitlab', Labels>>,
): Registration['form'] {
  if (provider !== 'github' && provider !== 'gitlab') {
    return Object.entries(fields).map(([field, value = '']) => [field, value] as const)
  }
  const { owner, repository } = ownerAndName(fields)
  const { workflow = fields.calledWorkflow ?? '', environment } = fields
  const [ownerLabel, repositoryLabel, workflowLabel] = labels[provider]
  return [
    [ownerLabel, owner],
    [repositoryLabel, repository],
    [workflowLabel, workflow],
    ...(environment === undefined ? [] : [['Environment name', environment] as const]),
  ]
}

function atPyPi(
  publisher: RecordedPublisher,
  { label, site }: { label: string; site: string },
): Registration {
  const name = nameOf(publisher)
  const page = `${site}/manage/project/${name}/settings/publishing/`
  const query = pypiQuery(publisher)
  return {
    package: publisher.package,
    registry: publisher.registry,
    label,
    form: [
      ['PyPI project name', name],
      ...formOf(publisher, {
        github: ['Owner', 'Repository name', 'Workflow name'],
        gitlab: ['Namespace', 'Project name', 'Top-level pipeline file path'],
      }),
    ],
    page,
    ...(query === undefined ? {} : { prefilled: `${page}?${query}` }),
    firstPublish: `For a new project add a pending publisher at ${site}/manage/account/publishing/: the first release creates the project. It does not reserve the name until then.`,
  }
}

const PYPI_PARAMETERS: Readonly<Record<string, Labels>> = {
  github: ['owner', 'repository', 'workflow_filename'],
  gitlab: ['namespace', 'project', 'workflow_filepath'],
}

/** What fills PyPI's form in (pypi/warehouse#16399); its page for pending publishers takes none. */
function pypiQuery({ provider, fields, issuer }: RecordedPublisher): string | undefined {
  const [ownerKey, repositoryKey, workflowKey] = PYPI_PARAMETERS[provider] ?? []
  if (ownerKey === undefined || repositoryKey === undefined || workflowKey === undefined) {
    return undefined
  }
  const { owner, repository } = ownerAndName(fields)
  const { workflow = fields.calledWorkflow ?? '', environment } = fields
  const query = new URLSearchParams({
    provider,
    [ownerKey]: owner,
    [repositoryKey]: repository,
    [workflowKey]: workflow,
    ...(environment === undefined ? {} : { environment }),
    ...(issuer === undefined ? {} : { issuer_url: issuer }),
  })
  return query.toString()
}

function elsewhere(publisher: RecordedPublisher): Registration {
  const fields = Object.entries(publisher.fields)
  const form = fields.map(([field, value = '']) => [field, value] as const)
  const isNpm = publisher.package.startsWith('npm:')
  const command = isNpm ? npmTrustCommand(publisher, publisher.registry) : undefined
  return {
    package: publisher.package,
    registry: publisher.registry,
    label: new URL(publisher.registry).host,
    form: [['provider', publisher.provider], ...form],
    page: publisher.registry,
    ...(command === undefined ? {} : { command }),
    firstPublish:
      'Ask the administrator of the registry whether it takes publishers for packages that do not exist yet.',
  }
}

function ownerAndName(fields: RecordedPublisher['fields']): {
  readonly owner: string
  readonly repository: string
} {
  const path = fields.repository ?? ''
  const at = path.lastIndexOf('/')
  return { owner: path.slice(0, at), repository: path.slice(at + 1) }
}

function nameOf({ package: reference }: RecordedPublisher): string {
  return reference.replace(/^(?:npm|pypi):/, '')
}
