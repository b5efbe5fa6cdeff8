import { appendFile } from 'node:fs/promises'
import { type PublishRequest, publish, type Report, summaryOf } from '@trustpub/publisher'
import type { Arguments, Command, ExitStatus } from '../command.ts'
import { withContext } from '../publish/context.ts'
import { readAccess, readRegistries, readSigning } from '../publish/options.ts'
import { reportLines } from '../publish/report.ts'
import type { Ui } from '../ui/ui.ts'

/** `trustpub publish` */
export const command: Command = {
  synopsis: 'publish [path…] [options]',
  description: `Publishes npm packages and Python distributions from a CI job, with the job's ID token in place of a stored
secret. A path is a package folder, the root of a workspace, an npm tarball, a wheel, an sdist, or a folder of these;
without one it is this folder. No script of a package runs, so publish what was built and tested.
Before anything is uploaded every file is checked and every registry asked, so a release goes out whole or not at all;
the same command again finishes what was cut off. Neither npm nor twine is needed, and .npmrc is not read.
npm packages go to publishConfig.registry or npmjs.com, distributions to PyPI, unless an option says otherwise.`,
  options: {
    registry: {
      type: 'string',
      value: '<url>',
      help: 'a trustpub registry, for npm packages and distributions alike',
    },
    'npm-registry': { type: 'string', value: '<url>', help: 'where npm packages go' },
    'pypi-registry': {
      type: 'string',
      value: 'pypi|testpypi|<url>',
      help: 'where distributions go; an upload address such as https://test.pypi.org/legacy/',
    },
    tag: {
      type: 'string',
      value: '<name>',
      help: 'the dist-tag (default: by the version, so that neither prereleases nor old lines become latest)',
    },
    access: {
      type: 'string',
      value: 'public|restricted',
      help: 'who may read a new scoped package',
    },
    workspaces: {
      type: 'boolean',
      help: 'publish the members of a workspace also where its root is a package itself',
    },
    stage: { type: 'boolean', help: 'npm: hand the versions in for approval by a person' },
    provenance: {
      type: 'string',
      value: 'auto|always|never',
      help: 'sign where packages come from (default auto: if repository and package are public)',
    },
    attestations: {
      type: 'string',
      value: 'auto|always|never',
      help: 'sign distributions for PyPI (default auto: if the repository is public)',
    },
    fulcio: {
      type: 'string',
      value: '<url>',
      help: 'the certificate authority of your own Sigstore',
    },
    rekor: { type: 'string', value: '<url>', help: 'its transparency log' },
    tsa: { type: 'string', value: '<url>', help: 'its timestamp authority, if it has one' },
    'dry-run': { type: 'boolean', help: 'do everything up to the upload, and sign nothing' },
  },
  examples: [
    ['trustpub publish', 'the package, or the workspace, in this folder'],
    ['trustpub publish dist', 'the tarballs, wheels and sdists in dist'],
    ['trustpub publish dist --pypi-registry testpypi', 'the same distributions to TestPyPI'],
    ['trustpub publish --registry https://packages.example.com --dry-run', 'would it work?'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const paths = args.positionals.length === 0 ? ['.'] : args.positionals
  const request: PublishRequest = {
    paths,
    options: {
      ...readRegistries(args),
      tag: args.text('tag'),
      access: readAccess(args),
      workspaces: args.flag('workspaces'),
      stage: args.flag('stage'),
    },
    ...readSigning(args),
    dryRun: args.flag('dry-run'),
  }
  const report = await withContext(ui, (context) => publish(request, context))
  await addSummary(report, ui)
  if (args.flag('json')) ui.printJson(report)
  else for (const line of reportLines(report, ui.colour)) ui.print(line)
  return exitStatus(report)
}

/** The page of the run at GitHub and Forgejo. */
async function addSummary(report: Report, ui: Ui): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY
  if (file === undefined || file === '') return
  await appendFile(file, summaryOf(report)).catch((error: Error) => ui.progress(error.message))
}

function exitStatus({ ok, files }: Report): ExitStatus {
  if (ok) return 0
  const codes = files.flatMap(({ problem }) => (problem === undefined ? [] : [problem.code]))
  return codes.every((code) => code === 'registry_unreachable') ? 3 : 1
}
