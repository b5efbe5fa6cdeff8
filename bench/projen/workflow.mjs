import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The YAML reader that the product itself uses for workflows. */
const fromPipeline = createRequire(new URL('../../packages/pipeline/package.json', import.meta.url))
const { parse } = fromPipeline('yaml')

/**
 * @typedef {object} Step
 * @property {string} key tells which steps of two workflows do the same
 * @property {string} text name and what it does, for people
 * @property {readonly string[]} env
 *
 * @typedef {object} Job
 * @property {readonly string[]} needs
 * @property {readonly string[]} permissions
 * @property {readonly string[]} environment
 * @property {readonly string[]} env names of variables of the job
 * @property {readonly string[]} outputs
 * @property {readonly Step[]} steps
 *
 * @typedef {object} Workflow
 * @property {readonly string[]} events
 * @property {readonly string[]} permissions of jobs that name none
 * @property {Readonly<Record<string, Job>>} jobs
 */

/**
 * What matters of a workflow.
 * @param {string} file
 * @returns {Workflow | undefined} undefined if there is no such file
 */
export function readWorkflow(file) {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const { on, permissions, jobs } = parse(text)
  const named = Object.entries(jobs).map(([id, job]) => [id, readJob(job)])
  return {
    events: Object.keys(on),
    permissions: readPermissions(permissions),
    jobs: Object.fromEntries(named),
  }
}

/** @param {Record<string, any>} job @returns {Job} */
function readJob({ needs = [], permissions, environment, env = {}, outputs = {}, steps = [] }) {
  return {
    needs: [needs].flat(),
    permissions: readPermissions(permissions),
    environment: environment === undefined ? [] : [environment.name ?? environment],
    env: Object.keys(env),
    outputs: Object.keys(outputs),
    steps: steps.map(readStep),
  }
}

/** @param {unknown} permissions */
function readPermissions(permissions) {
  if (permissions === undefined) return ['not set']
  if (typeof permissions === 'string') return [permissions]
  return Object.entries(permissions ?? {}).map(([name, access]) => `${name}: ${access}`)
}

/** @param {Record<string, any>} step @returns {Step} */
function readStep({ id, name, uses, run, env = {} }) {
  const action = uses?.replace(/@.*/s, '')
  const command = run?.trim().split('\n')[0] ?? ''
  const does = action ?? command
  return {
    key: action ?? name ?? id ?? command,
    text: name === undefined || name === does ? does : `${name}: ${does}`,
    env: Object.keys(env),
  }
}
