/** Writes the project of definitions.json that is named by the first argument to the working directory. */
import { readFileSync } from 'node:fs'
import { JsiiProject, NodeProject, PythonProject, TypeScriptProject } from '@trustpub/project'

const TYPES = { JsiiProject, NodeProject, PythonProject, TypeScriptProject }

const definitions = JSON.parse(readFileSync(new URL('definitions.json', import.meta.url), 'utf8'))
const { type, options, onlyOurs } = definitions[process.argv[2]]
new TYPES[type]({ ...options, ...onlyOurs }).synth()
