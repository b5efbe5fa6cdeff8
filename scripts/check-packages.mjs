/** Runs publint over each package that would be published: entry points, types, `files` and `bin` must fit together. */
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { files, ROOT, read } from './files.mjs'

let problems = 0
for (const path of files(/^packages\/[^/]+\/package\.json$/)) {
  const pkgDir = join(ROOT, path, '..')
  // Suggestions are matters of taste; warnings are things that break for somebody.
  const { messages } = await publint({ pkgDir, level: 'warning', strict: true })
  problems += messages.length
  for (const message of messages)
    console.error(`${path}: ${formatMessage(message, JSON.parse(read(path)))}`)
}
process.exitCode = problems === 0 ? 0 : 1
