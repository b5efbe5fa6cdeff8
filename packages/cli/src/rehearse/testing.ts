import type { Pipeline, PublishJob, PublishStep } from '@trustpub/pipeline'

const PLACE = { file: '.github/workflows/release.yml', line: 1, column: 1 }
const TREE = { place: PLACE, value: null }

/** `npm publish` of the root, as the pipeline reads it. */
export function testStep(changes: Partial<PublishStep> = {}): PublishStep {
  return {
    place: PLACE,
    client: 'npm',
    uploader: 'npm',
    ecosystem: 'npm',
    text: 'npm publish',
    directory: '.',
    args: [],
    packages: ['.'],
    storedSecrets: [],
    within: TREE,
    ...changes,
  }
}

/** A job with ID tokens that publishes nothing yet. */
export function testJob(changes: Partial<PublishJob> = {}): PublishJob {
  return {
    id: 'publish',
    place: PLACE,
    entry: PLACE.file,
    file: PLACE.file,
    triggers: [],
    environment: { known: true, value: 'release' },
    idToken: { granted: true, reason: '', variables: [] },
    permissions: { from: 'default', scopes: new Map() },
    runners: [],
    steps: [],
    needs: [],
    rows: 1,
    source: { workflow: TREE, job: TREE, written: TREE, callers: [] },
    publishes: [],
    builds: [],
    ...changes,
  }
}

/** A pipeline at GitHub without jobs. */
export function testPipeline(changes: Partial<Pipeline> = {}): Pipeline {
  return {
    directory: '/somewhere/widget',
    provider: 'github',
    repository: { path: 'acme/widget', defaultBranch: 'main' },
    packages: [],
    jobs: [],
    otherJobs: [],
    unknowns: [],
    ...changes,
  }
}
