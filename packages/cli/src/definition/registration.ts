import type { Registration } from '@trustpub/project'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'

/** What a person has to enter at the registries, package by package, as lines. */
export function registrationLines(
  registrations: readonly Registration[],
  colour: Ui['colour'],
): readonly string[] {
  if (registrations.length === 0) return []
  const [count, noun] = [registrations.length, registrations.length === 1 ? '' : 's']
  return [
    `Register ${count} trusted publisher${noun}. Registries ask for this once, and nothing can be published before:`,
    ...registrations.flatMap((registration) => ['', ...block(registration, colour)]),
  ]
}

function block(registration: Registration, colour: Ui['colour']): readonly string[] {
  const { label, form, page, command, prefilled, firstPublish } = registration
  const name = registration.package.slice(registration.package.indexOf(':') + 1)
  const fields = form.map(([field, value]) => [`    ${field}`, colour.bold(value)])
  return [
    `${colour.bold(name)} at ${label}`,
    `  Enter at ${colour.cyan(page)}`,
    ...table(fields),
    ...(prefilled === undefined ? [] : [`  or open the form filled in: ${colour.cyan(prefilled)}`]),
    ...(command === undefined ? [] : [`  or run: ${colour.cyan(command)}`]),
    `  ${firstPublish}`,
  ]
}
