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

/** Flags without a value that ask for signatures of the job. */
const PROVENANCE = ['--provenance', '--provenance=true', '--attestations']

export interface KeptArguments {
  readonly args: readonly string[]
  readonly notes: readonly string[]
}

/**
 * The arguments of a step that the rehearsal keeps; what it leaves out and a person should know is noted. Flags that ask
 * for provenance are left out: a client that can play it adds its own.
 */
export function keptArguments(
  { args: given, ecosystem }: Pick<PublishStep, 'args' | 'ecosystem'>,
  { playsProvenance = false }: { readonly playsProvenance?: boolean } = {},
): KeptArguments {
  const replaced: readonly string[] = REPLACED[ecosystem]
  const args: string[] = []
  const notes: string[] = []
  for (let at = 0; at < given.length; at++) {
    const arg = given[at] ?? ''
    if (replaced.includes(arg)) at += 1
    else if (PROVENANCE.includes(arg)) {
      if (!playsProvenance) notes.push(`${arg} is left out: with this client it cannot be played.`)
    } else if (!replaced.some((flag) => flag.startsWith('--') && arg.startsWith(`${flag}=`)))
      args.push(arg)
  }
  return { args, notes }
}
