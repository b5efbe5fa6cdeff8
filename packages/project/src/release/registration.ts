import type { RecordedPublisher } from '@trustpub/identity/record'
import type { Project } from '../project.ts'
import { word } from '../shell.ts'
import { PublisherRecord } from './record.ts'
import { NPM_REGISTRY, PYPI_UPLOAD, TEST_PYPI_UPLOAD } from './targets.ts'

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
    const pypi = PYPI_SITES[publisher.registry]
    if (pypi !== undefined) return atPyPi(publisher, pypi)
    return publisher.registry === NPM_REGISTRY ? atNpm(publisher) : elsewhere(publisher)
  })
}

const PYPI_SITES: Readonly<Record<string, { readonly label: string; readonly site: string }>> = {
  [PYPI_UPLOAD]: { label: 'PyPI', site: 'https://pypi.org' },
  [TEST_PYPI_UPLOAD]: { label: 'TestPyPI', site: 'https://test.pypi.org' },
}

function atNpm(publisher: RecordedPublisher): Registration {
  const { provider, fields } = publisher
  const { owner, repository } = ownerAndName(publisher)
  const name = nameOf(publisher)
  const environment =
    fields.environment === undefined ? [] : [['Environment name', fields.environment] as const]
  const form =
    provider === 'github'
      ? ([
          ['Organization or user', owner],
          ['Repository', repository],
          ['Workflow filename', fields.workflow ?? ''],
        ] as const)
      : ([
          ['Namespace', owner],
          ['Project name', repository],
          ['Top-level CI file path', fields.workflow ?? ''],
        ] as const)
  return {
    package: publisher.package,
    registry: publisher.registry,
    label: 'npmjs.com',
    form: [...form, ...environment],
    page: `https://www.npmjs.com/package/${name}/access`,
    command: trustCommand(publisher),
    firstPublish:
      'npmjs.com takes a trusted publisher only for a package that exists: publish a first version by hand (npm publish, with your own two-factor login), then register, then release.',
  }
}

function trustCommand(
  { provider, fields, ...publisher }: RecordedPublisher,
  registry?: string,
): string {
  const repository = provider === 'github' ? '--repo' : '--project'
  const words = [
    ...['npm', 'trust', provider, nameOf(publisher)],
    ...[repository, fields.repository ?? '', '--file', fields.workflow ?? ''],
    ...(fields.environment === undefined ? [] : ['--env', fields.environment]),
    '--allow-publish',
    ...(registry === undefined ? [] : ['--registry', registry]),
  ]
  return words.map(word).join(' ')
}

function atPyPi(
  publisher: RecordedPublisher,
  { label, site }: { label: string; site: string },
): Registration {
  const { provider, fields } = publisher
  const { owner, repository } = ownerAndName(publisher)
  const name = nameOf(publisher)
  const [ownerField, repositoryField, workflowField] =
    provider === 'github'
      ? (['Owner', 'Repository name', 'Workflow name'] as const)
      : (['Namespace', 'Project name', 'Top-level pipeline file path'] as const)
  const keys =
    provider === 'github'
      ? ['owner', 'repository', 'workflow_filename']
      : ['namespace', 'project', 'workflow_filepath']
  const workflow = fields.workflow ?? fields.calledWorkflow ?? ''
  const values = [owner, repository, workflow]
  const query = new URLSearchParams([
    ['provider', provider],
    ...keys.map((key, index): [string, string] => [key, values[index] ?? '']),
    ...(fields.environment === undefined
      ? []
      : [['environment', fields.environment] as [string, string]]),
  ])
  return {
    package: publisher.package,
    registry: publisher.registry,
    label,
    form: [
      ['PyPI project name', name],
      [ownerField, owner],
      [repositoryField, repository],
      [workflowField, workflow],
      ...(fields.environment === undefined
        ? []
        : [['Environment name', fields.environment] as const]),
    ],
    page: `${site}/manage/project/${name}/settings/publishing/`,
    prefilled: `${site}/manage/account/publishing/?${query}`,
    firstPublish: `For a new project add a pending publisher at ${site}/manage/account/publishing/: the first release creates the project. It does not reserve the name until then.`,
  }
}

function elsewhere(publisher: RecordedPublisher): Registration {
  const fields = Object.entries(publisher.fields)
  const form = fields.map(([field, value = '']) => [field, value] as const)
  const npm = publisher.package.startsWith('npm:')
  return {
    package: publisher.package,
    registry: publisher.registry,
    label: new URL(publisher.registry).host,
    form: [['provider', publisher.provider], ...form],
    page: publisher.registry,
    ...(npm ? { command: trustCommand(publisher, publisher.registry) } : {}),
    firstPublish:
      'Ask the administrator of the registry whether it takes publishers for packages that do not exist yet.',
  }
}

function ownerAndName({ fields }: RecordedPublisher): { owner: string; repository: string } {
  const path = fields.repository ?? ''
  const at = path.lastIndexOf('/')
  return { owner: path.slice(0, at), repository: path.slice(at + 1) }
}

function nameOf({ package: reference }: Pick<RecordedPublisher, 'package'>): string {
  return reference.replace(/^(?:npm|pypi):/, '')
}
