import type { RecordedPublisher } from '@trustpub/identity/record'
import { word } from '../shell.ts'

type Fields = RecordedPublisher['fields']

/**
 * The command of npm 11.15 and later. Undefined if it has no words for what the publisher asks: without them it would trust
 * more runs than are recorded.
 */
export function npmTrustCommand(
  publisher: RecordedPublisher,
  registry?: string,
): string | undefined {
  const { provider, permissions, issuer } = publisher
  const flags = FLAGS[provider]?.(publisher.fields)
  if (flags === undefined || issuer !== undefined || publisher.fields.ref !== undefined) {
    return undefined
  }
  const words = [
    ...['npm', 'trust', provider, publisher.package.replace(/^npm:/, ''), ...flags],
    ...(permissions.includes('publish') ? ['--allow-publish'] : []),
    ...(permissions.includes('stage') ? ['--allow-stage-publish'] : []),
    ...(registry === undefined ? [] : ['--registry', registry]),
  ]
  return words.map(word).join(' ')
}

/** How `npm trust` names the fields of each kind of CI that it has a verb for; undefined for what it cannot say. */
const FLAGS: Readonly<Record<string, (fields: Fields) => readonly string[] | undefined>> = {
  github: ({ repository = '', workflow, environment }) =>
    workflow === undefined
      ? undefined
      : ['--repo', repository, '--file', workflow, ...environmentFlags(environment)],
  gitlab: ({ repository = '', workflow = '/', environment }) =>
    // npm takes a name only, though GitLab may have the file in a folder.
    workflow.includes('/')
      ? undefined
      : ['--project', repository, '--file', workflow, ...environmentFlags(environment)],
  circleci: ({
    organization = '',
    project = '',
    pipelineDefinition = '',
    repository = '',
    contexts = '',
  }) => [
    ...['--org-id', organization, '--project-id', project],
    ...['--pipeline-definition-id', pipelineDefinition, '--vcs-origin', repository],
    ...contexts.split(',').flatMap((context) => (context === '' ? [] : ['--context-id', context])),
  ],
}

function environmentFlags(environment: string | undefined): readonly string[] {
  return environment === undefined ? [] : ['--env', environment]
}
