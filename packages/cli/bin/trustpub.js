#!/usr/bin/env node
// Not built, because npm links a program only if its file exists: after `npm ci` in a clone the built one does not yet.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  await import(main.href)
} else {
  console.error('trustpub is not built yet. Run npm run build in the clone first.')
  process.exitCode = 3
}
