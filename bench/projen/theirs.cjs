/** The same as ours.mjs, with projen. */
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const projen = require('projen')

const definitions = JSON.parse(readFileSync(join(__dirname, 'definitions.json'), 'utf8'))
const { namespace, type, options } = definitions[process.argv[2]]
new projen[namespace][type](options).synth()
