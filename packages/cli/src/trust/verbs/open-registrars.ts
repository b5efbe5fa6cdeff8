import { isatty } from 'node:tty'
import { type Arguments, UsageError } from '../../command.ts'
import { terminalPrompts } from '../../ui/prompts.ts'
import type { Ui } from '../../ui/ui.ts'
import type { PackageGroup } from '../groups.ts'
import { isByHand, Registrars } from '../registrars.ts'
import { namedToken, npmrcToken } from '../token.ts'

/** The registrars of the registries that are to be asked. @throws UsageError if it is not clear which one a token is for */
export async function openRegistrars(
  groups: readonly PackageGroup[],
  args: Arguments,
  ui: Ui,
): Promise<Registrars> {
  const named = await namedToken(args.text('token-file'), process.env)
  const registries = groups.map(({ registry }) => registry).filter((one) => !isByHand(one))
  const hosts = [...new Set(registries.map((registry) => new URL(registry).host))]
  if (named !== undefined && hosts.length > 1) {
    throw new UsageError(
      `The token of ${named.from} is for one registry, and there are ${hosts.join(' and ')}: choose with --registry, or log in to each (npm login --registry <url>).`,
    )
  }
  const prompts = await terminalPrompts()
  const isWatched = !process.env.CI && isatty(2)
  return new Registrars({
    token: (registry) =>
      named === undefined ? npmrcToken(registry, process.env) : Promise.resolve(named.value),
    asking: {
      given: args.text('otp'),
      ask: prompts && ((question) => prompts.text(question, '', needsCode)),
      show: isWatched ? (url) => showPage(url, ui) : undefined,
    },
    tell: ui.progress,
  })
}

function needsCode(code: string): string | undefined {
  return /^\S+$/.test(code.trim()) ? undefined : 'type the code, without spaces'
}

function showPage(url: string, ui: Ui): void {
  ui.explain(`Confirm in your browser: ${ui.colour.cyan(url)}`)
  ui.explain(
    ui.colour.dim(
      'Let it skip two-factor authentication for five minutes, or every package has to be confirmed.',
    ),
  )
}
