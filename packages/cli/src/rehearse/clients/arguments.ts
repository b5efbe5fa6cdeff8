import type { PublishStep } from '@trustpub/pipeline'

/** Flags with a value that name a registry or a credential; the rehearsal has its own. To pnpm `-r` is `--recursive`. */
const REPLACED = {
  npm: ['--registry', '--otp', '--provenance-file'],
  pypi: [
    '--repository-url',
    '--repository',
    '-r',
    '--publish-url',
    '--index',
    '--check-url',
    '--username',
    '-u',
    '--password',
    '-p',
    '--token',
    '-t',
    '--trusted-publishing',
  ],
} as const

/** Flags without a value that cannot be kept: they reach for the public Sigstore. */
const PROVENANCE = ['--provenance', '--provenance=true', '--attestations']

export interface KeptArguments {
  readonly args: readonly string[]
  readonly notes: readonly string[]
}

/** The arguments of a step that the rehearsal keeps; what it leaves out and a person should know is noted. */
export function keptArguments({
  args: given,
  ecosystem,
}: Pick<PublishStep, 'args' | 'ecosystem'>): KeptArguments {
  const replaced: readonly string[] = REPLACED[ecosystem]
  const args: string[] = []
  const notes: string[] = []
  for (let at = 0; at < given.length; at++) {
    const arg = given[at] ?? ''
    if (replaced.includes(arg)) at += 1
    else if (PROVENANCE.includes(arg))
      notes.push(`${arg} is left out: provenance needs the public Sigstore.`)
    else if (!replaced.some((flag) => flag.startsWith('--') && arg.startsWith(`${flag}=`)))
      args.push(arg)
  }
  return { args, notes }
}
