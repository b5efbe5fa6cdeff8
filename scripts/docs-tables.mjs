/** The tables that documents take over from the built code, by the name in their marker. */
import { join } from 'node:path'
import { exists, ROOT } from './files.mjs'

/** @type {Record<string, () => Promise<string>>} */
export const TABLES = {
  'identity-errors': async () => errorTable((await built('identity')).IDENTITY_ERRORS),
  'registry-errors': async () => errorTable((await built('registry')).REGISTRY_ERRORS),
  'publisher-errors': async () => wordTable((await built('publisher')).PUBLISHER_ERRORS),
  'trust-errors': async () => wordTable((await built('cli', 'trust/errors.js')).TRUST_ERRORS),
  'verify-errors': async () => wordTable((await built('cli', 'verify/errors.js')).VERIFY_ERRORS),
  'provenance-errors': async () => errorTable((await built('provenance')).PROVENANCE_ERRORS),
  'project-errors': async () => sentenceTable((await built('project')).PROJECT_ERRORS),
  failures: async () => failureTable(await built('pipeline')),
  checks: async () => checkTable((await built('pipeline')).CHECKS),
  rewrites: async () => rewriteList((await built('pipeline')).REWRITES),
  hardening: async () => rewriteList((await built('pipeline')).HARDENING),
  actions: async () => actionTable((await built('project', 'github/actions.js')).PINS),
  providers: async () => (await built('identity')).PROVIDERS.map(providerText).join('\n\n'),
  commands: async () => {
    const { COMMANDS } = await built('cli', 'commands/index.js')
    return (await Promise.all(COMMANDS.map(commandText))).join('\n\n')
  },
}

/** @param {string} name of a package @param {string} [file] within its dist */
async function built(name, file = 'index.js') {
  const path = `packages/${name}/dist/${file}`
  if (!exists(path)) throw new Error(`${path} is missing: npm run build makes it`)
  return import(join(ROOT, path))
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Plain text in a table cell: nothing in it may become markup. @param {string} text */
function plain(text) {
  return text.replace(/[|*<>\\]/g, (found) => `\\${found}`).replace(/\s*\n\s*/g, ' ')
}

/** A table cell that shows code. GitHub reads `|` as the end of the cell even there. @param {string} text */
function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/** @param {Record<string, { status: number, sentence: string }>} errors */
function errorTable(errors) {
  const rows = Object.entries(errors).map(([name, { status, sentence }]) => {
    return [code(name), String(status), plain(sentence)]
  })
  return table(['code', 'HTTP status', 'sentence'], rows)
}

/** Of refusals that no server answers with, so their status is nobody's. @param {Record<string, { sentence: string }>} errors */
function wordTable(errors) {
  const sentences = Object.entries(errors).map(([name, { sentence }]) => [name, sentence])
  return sentenceTable(Object.fromEntries(sentences))
}

/** @param {Record<string, string>} errors */
function sentenceTable(errors) {
  const rows = Object.entries(errors).map(([name, sentence]) => [code(name), plain(sentence)])
  return table(['code', 'sentence'], rows)
}

/** @param {Pick<typeof import('../packages/pipeline/src/index.ts'), 'CHECKS' | 'FAILURE_MODES'>} pipeline */
function failureTable({ FAILURE_MODES, CHECKS }) {
  const rows = FAILURE_MODES.map(({ id, title, also }) => {
    const checks = CHECKS.filter(({ failures }) => failures.includes(id)).map((check) =>
      code(check.id),
    )
    return [id, plain(title), [...checks, also ?? []].flat().join(', ')]
  })
  return table(['', 'what goes wrong', 'found or avoided by'], rows)
}

/** @param {typeof import('../packages/pipeline/src/index.ts').CHECKS} checks */
function checkTable(checks) {
  const rows = checks.map(({ id, severity, title, failures }) => {
    return [code(id), severity, plain(title), failures.join(', ')]
  })
  return table(['check', 'severity', 'finds', 'prevents'], rows)
}

/** @param {readonly { title: string }[]} rewrites */
function rewriteList(rewrites) {
  return rewrites.map(({ title }) => `- ${title}`).join('\n')
}

/** @param {Record<string, { sha: string, version: string }>} pins */
function actionTable(pins) {
  const rows = Object.entries(pins).map(([name, pin]) => [code(name), pin.version, code(pin.sha)])
  return table(['action', 'version', 'commit'], rows)
}

/** @param {readonly string[]} claims */
function pinned(claims) {
  if (claims.length === 0) return 'Nothing is pinned.'
  return `Pinned at the first exchange: ${claims.map(code).join(', ')}.`
}

/** @param {import('@trustpub/identity').Provider} provider */
function providerText({ id, label, issuer, fields, pinnedClaims }) {
  const rows = Object.entries(fields).map(([name, { label, optional, help, example }]) => {
    return [code(name), label, optional ? 'no' : 'yes', plain(help), code(example)]
  })
  return [
    `## ${label}`,
    `Id \`${id}\`, issuer \`${issuer}\`. ${pinned(pinnedClaims)}`,
    table(['field', 'label', 'required', 'what to write', 'example'], rows),
  ].join('\n\n')
}

/** @param {import('../packages/cli/src/commands/index.ts').CommandEntry} entry */
async function commandText({ name, summary, load }) {
  const { synopsis, description, options, examples } = (await load()).command
  const rows = Object.entries(options).map(([option, { value, help }]) => {
    return [code(value === undefined ? `--${option}` : `--${option} ${value}`), plain(help)]
  })
  const shown = examples.map(([line, does]) => `# ${does}\n${line}`).join('\n\n')
  return [
    `## trustpub ${name}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}.`,
    `\`\`\`sh\ntrustpub ${synopsis}\n\`\`\``,
    description.replaceAll('<', '\\<'),
    ...(rows.length === 0 ? [] : [table(['option', 'meaning'], rows)]),
    ...(shown === '' ? [] : [`\`\`\`sh\n${shown}\n\`\`\``]),
  ].join('\n\n')
}
