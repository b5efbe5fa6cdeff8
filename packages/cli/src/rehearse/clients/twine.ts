import { rm } from 'node:fs/promises'
import { Refusal } from '@trustpub/identity'
import { type PythonTools, pythonTools } from '../../tools/python-tools.ts'
import { type Finished, run } from '../../tools/run.ts'
import { PYPI_HOSTS } from '../stage.ts'
import { keptArguments } from './arguments.ts'
import { attestDistributions } from './attest.ts'
import type { Client, Play } from './client.ts'
import { mintToken } from './mint.ts'

/** `twine upload`, and pypa/gh-action-pypi-publish, which is twine behind an exchange of its own. */
export const twine: Client = {
  id: 'twine',
  ecosystem: 'pypi',
  async publish(play) {
    const tools = await pythonTools(play.progress)
    const { args, notes } = keptArguments(play.step)
    const ofPyPi = isPyPi(play.step.registry)
    const isAction = play.step.text.startsWith('uses:')
    // twine knows the answer to a file that is there already from PyPI's own hosts only.
    const kept = isAction || !ofPyPi ? args.filter((arg) => arg !== '--skip-existing') : args
    const files = kept.some((arg) => !arg.startsWith('-')) ? kept : [...kept, 'dist/*']
    const client = `twine ${tools.versions.twine}`
    const attests = isAction && ofPyPi && !BEFORE_ATTESTATIONS.test(play.step.text)
    if (!attests) {
      const upload = isAction || !ofPyPi ? uploadWithToken : uploadAsIs
      return { client, finished: await upload(play, tools, files), notes }
    }
    return { client, ...(await uploadAttested(play, tools, files)), notes }
  },
}

/** Newer releases of the action sign by themselves. */
const BEFORE_ATTESTATIONS = /@v?1\.(?:\d|10)(?:\.\d+)?$/

/** As the action does it for PyPI: every distribution is signed for before the upload. */
async function uploadAttested(
  play: Play,
  tools: PythonTools,
  args: readonly string[],
): Promise<{ finished: Finished; attested: boolean }> {
  let attestations: readonly string[] = []
  try {
    attestations = await attestDistributions(play, args)
    const attested = attestations.length > 0
    const all = attested ? ['--attestations', ...args] : args
    return { finished: await uploadWithToken(play, tools, all), attested }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { finished: { status: 1, output: error.message, stdout: '' }, attested: false }
  } finally {
    // Other jobs begin with a fresh checkout.
    for (const file of attestations) await rm(file)
  }
}

/** twine exchanges ID tokens by itself only where it uploads to PyPI or TestPyPI. */
function isPyPi(registry: string | undefined): boolean {
  return (
    registry === undefined ||
    (URL.canParse(registry) && PYPI_HOSTS.includes(new URL(registry).hostname))
  )
}

/** Unchanged, believing that it talks to PyPI: the closed network leads PyPI's host to the rehearsal's registry. */
function uploadAsIs(play: Play, tools: PythonTools, args: readonly string[]): Promise<Finished> {
  const registry = play.step.registry === undefined ? [] : ['--repository-url', play.step.registry]
  return runTwine(play, tools, [...registry, ...args], {})
}

/** As the action does it: exchange first, then twine with the API token. */
async function uploadWithToken(
  play: Play,
  tools: PythonTools,
  args: readonly string[],
): Promise<Finished> {
  const minted = await mintToken(play.stage, play.env)
  if ('finished' in minted) return minted.finished
  const registry = ['--repository-url', `${play.stage.secureUrl}/legacy/`]
  return runTwine(play, tools, [...registry, ...args], {
    TWINE_USERNAME: '__token__',
    TWINE_PASSWORD: minted.token,
  })
}

function runTwine(
  { directory, env, stage }: Play,
  { python }: PythonTools,
  args: readonly string[],
  own: Readonly<Record<string, string>>,
): Promise<Finished> {
  // requests prefers this variable to what twine says, so it must not be one of the machine's.
  const trust = { REQUESTS_CA_BUNDLE: stage.certificateFile }
  const command = ['-m', 'twine', 'upload', '--non-interactive', ...args]
  return run(python, command, { cwd: directory, env: { ...env, ...own, ...trust } })
}
