import {
  formatPublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from '@trustpub/identity/record'
import { Component } from '../component.ts'
import { refuse } from '../errors.ts'
import { TextFile } from '../files/text-file.ts'
import type { Project } from '../project.ts'
import type { Release } from './release.ts'
import { PYPI_UPLOAD, type Target } from './targets.ts'

/** `trusted-publishers.json`: what is to be configured at the registries, for all releases of a repository. */
export class PublisherRecord extends Component {
  readonly #releases: Release[] = []

  constructor(project: Project) {
    super(project)
    new TextFile(project, RECORD_FILE, {
      text: () => formatPublisherRecord({ publishers: this.publishers }, project.marker),
    })
  }

  /** The one of a root project, which is made when it is first asked for. */
  static of(root: Project): PublisherRecord {
    const found = root.components.find((component) => component instanceof PublisherRecord)
    return found ?? new PublisherRecord(root)
  }

  add(release: Release): void {
    this.#releases.push(release)
  }

  /** @throws ProjectError `repository_unknown` */
  get publishers(): readonly RecordedPublisher[] {
    return this.#releases.flatMap(publishersOf)
  }
}

function publishersOf(release: Release): readonly RecordedPublisher[] {
  const { targets } = release.publisher
  return targets.filter(isRecorded).flatMap((target) => {
    const providers = [
      ...(release.workflow === undefined ? [] : [githubFields(release, release.workflow.fileName)]),
      ...(release.project.gitlab ? [gitlabFields(release)] : []),
    ]
    return providers.flatMap(({ provider, fields }) =>
      environmentsOf(target, release).map(
        (environment): RecordedPublisher => ({
          package: `${target.kind}:${target.package}`,
          registry: target.kind === 'npm' ? target.registry : (target.url ?? PYPI_UPLOAD),
          provider,
          ...issuerOf(provider, release),
          fields: { ...fields, ...(environment === undefined ? {} : { environment }) },
          permissions: ['publish'],
        }),
      ),
    )
  })
}

type Recorded = Exclude<Target, { kind: 'nuget' }>

/** The record is of npm and Python packages; NuGet's trusted publishers belong to accounts, not to packages. */
function isRecorded(target: Target): target is Recorded {
  return target.trusted && target.kind !== 'nuget'
}

/**
 * npmjs.com kept one trusted publisher for each package until September 2026, so the one that serves several environments
 * names none, which works before and since. PyPI keeps as many as there are environments.
 */
function environmentsOf(
  target: Recorded,
  { planSettings }: Release,
): readonly (string | undefined)[] {
  const named = planSettings.branches.map(({ environment }) => environment ?? target.environment)
  const distinct = [...new Set(named)]
  return target.kind === 'npm' && distinct.length > 1 ? [undefined] : distinct
}

function githubFields(release: Release, workflow: string) {
  return { provider: 'github' as const, fields: { repository: repositoryOf(release), workflow } }
}

function gitlabFields(release: Release) {
  const fields = { repository: repositoryOf(release), workflow: '.gitlab-ci.yml' }
  return { provider: 'gitlab' as const, fields }
}

/** The issuer of a server of one's own; those of GitHub.com and GitLab.com are known. */
function issuerOf(provider: 'github' | 'gitlab', { project }: Release): { issuer?: string } {
  const host = project.repository?.host
  if (host === undefined || host === `${provider}.com`) return {}
  // docs.github.com, "OpenID Connect" of GitHub Enterprise Server; docs.gitlab.com, "ID token authentication".
  return { issuer: provider === 'github' ? `https://${host}/_services/token` : `https://${host}` }
}

function repositoryOf({ project }: Release): string {
  if (project.repository === undefined) throw refuse('repository_unknown', {})
  return project.repository.path
}
