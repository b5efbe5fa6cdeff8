import { isatty } from 'node:tty'
import { type Arguments, type Command, type ExitStatus, UsageError } from '../command.ts'
import type { Ui } from '../ui/ui.ts'
import type { Finding } from '../verify/finding.ts'
import { Http } from '../verify/http.ts'
import type { Item } from '../verify/item.ts'
import {
  readExpecting,
  readIssuers,
  readRegistries,
  readSource,
  readToken,
} from '../verify/options.ts'
import { type Progress, startProgress } from '../verify/progress.ts'
import { countsOf, detailLines, summaryLines } from '../verify/report.ts'
import { Session } from '../verify/session.ts'
import { type Target, targetOf } from '../verify/targets.ts'
import { verifyAll } from '../verify/verify.ts'

/** `trustpub verify` */
export const command: Command = {
  synopsis: 'verify <npm:name@version | pypi:name==version | file | lock file>… [options]',
  description: `Verifies where packages come from: digest, signature of the registry, provenance and attestations, and tells
who built them. A version is downloaded; of a lock file (package-lock.json, pnpm-lock.yaml, uv.lock, requirements.txt
with hashes) each package is verified by the digest that it records, without downloading it. For a tarball, wheel or
sdist on this machine the bundle beside it is taken: <file>.sigstore, <file>.publish.attestation and the like.
Status 0 means verified and as expected. Without expectations a single package needs anything that vouches for it, and
those of a lock file a signature where their registry signs. A policy says what is expected of which package:
{"rules": [{"packages": ["npm:@acme/*", "pypi:acme-*"], "repository": "acme/widget", "workflow": "release.yml"},
           {"packages": "*", "require": "signature"}]}
The first rule that fits counts; what it requires is provenance, signature or nothing, and who names a repository
(environment may follow) requires provenance. Packages of no registry fail where anything is required. A token that a registry wants of its readers is read from TRUSTPUB_READ_TOKEN.`,
  options: {
    repository: {
      type: 'string',
      value: '<owner/name|url>',
      help: 'built in this repository: owner/name at GitHub, elsewhere its address',
    },
    workflow: { type: 'string', value: '<file>', help: 'by this workflow file of the repository' },
    environment: {
      type: 'string',
      value: '<name>',
      help: 'in this environment, where the certificate or the index names one',
    },
    policy: { type: 'string', value: '<file>', help: 'what is expected of which package (JSON)' },
    registry: {
      type: 'string',
      value: '<url>',
      help: 'the registry in place of npmjs.com and PyPI, also for lock files',
    },
    bundle: { type: 'string', value: '<file>', help: 'the bundle or attestation of the file' },
    sigstore: {
      type: 'string',
      value: 'public|<file>|<url>',
      help: 'the Sigstore to trust: the public one (default), that of a trusted-root file, or of a TUF repository',
    },
    'sigstore-root': {
      type: 'string',
      value: '<file>',
      help: 'the first root.json of that TUF repository',
    },
    issuer: {
      type: 'string',
      multiple: true,
      value: '<provider>=<url>',
      help: 'an issuer of your own, e.g. gitlab=https://gitlab.example.com',
    },
  },
  examples: [
    ['trustpub verify npm:sigstore@4.0.0', 'who built this version?'],
    [
      'trustpub verify pypi:acme-widget==1.0.0 --repository acme/widget --workflow release.yml',
      'only if this workflow did',
    ],
    ['trustpub verify package-lock.json --policy policy.json', 'everything that is installed'],
    ['trustpub verify dist/acme_widget-1.0.0-py3-none-any.whl', 'a file and what lies beside it'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const targets = await readTargets(args)
  const items = targets.flatMap((target) => target.items)
  const many = targets.some(({ isLock }) => isLock)
  const issuers = readIssuers(args)
  const expecting = await readExpecting(args, issuers)
  const http = new Http(readToken(readRegistries(args), process.env.TRUSTPUB_READ_TOKEN))
  const session = new Session({ http, issuers, source: readSource(args) })
  const progress = many ? progressOf(items, ui) : undefined
  try {
    const findings = await verifyAll(items, session, expecting, () => progress?.step())
    progress?.end()
    report(findings, many, args.flag('json'), ui)
    return exitStatus(findings)
  } finally {
    http.close()
  }
}

async function readTargets(args: Arguments): Promise<Target[]> {
  const { positionals } = args
  if (positionals.length === 0) {
    throw new UsageError(
      'Name what to verify: npm:<name>@<version>, pypi:<name>==<version>, a lock file, or a file.',
    )
  }
  const bundle = args.text('bundle')
  const registries = readRegistries(args)
  const targets: Target[] = []
  for (const word of positionals) targets.push(await targetOf(word, registries, bundle))
  const [first] = targets.flatMap(({ items }) => items)
  if (bundle !== undefined && (targets.length > 1 || first?.kind !== 'file'))
    throw new UsageError('--bundle goes with one file on this machine.')
  return targets
}

function progressOf(items: readonly Item[], ui: Ui): Progress {
  return startProgress(items.length, ui.progress, isatty(2) && !process.env.CI)
}

function report(findings: readonly Finding[], many: boolean, json: boolean, ui: Ui): void {
  if (json) {
    const ok = findings.every(({ status }) => status !== 'failed')
    ui.printJson({ ok, counts: countsOf(findings), findings })
    return
  }
  const lines = many
    ? summaryLines(findings, ui.colour)
    : findings.flatMap((finding) => detailLines(finding, ui.colour))
  for (const line of lines) ui.print(line)
}

/** What could not be asked says nothing about the packages, unless something else failed as well. */
const OUTAGES = ['unreachable', 'trust_unavailable']

function exitStatus(findings: readonly Finding[]): ExitStatus {
  const failed = findings.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return 0
  const problems = failed.flatMap((finding) => [
    ...finding.problems,
    ...finding.files.flatMap((file) => file.problems),
  ])
  return problems.every(({ code }) => OUTAGES.includes(code)) ? 3 : 1
}
