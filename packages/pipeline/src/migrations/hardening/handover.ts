import type { PublishStep } from '../../model.ts'
import type { Release } from '../../release.ts'
import { valuedFlags } from '../../steps/commands.ts'
import { parseOptions } from '../../steps/options.ts'
import { child, type Tree, textOf } from '../../yaml/tree.ts'
import { usesFor } from '../action-pins.ts'

/** How a build hands what it has made to a job that publishes it. */
export interface Handover {
  /** Steps that make the files, in the place of the publish, as if the list stood at the left margin. */
  readonly build: (workflow: Tree) => readonly string[]
  /** The files, for the upload of the artifact. */
  readonly files: string
  /** The folder that the publishing job puts them into. */
  readonly path: string
  /** Steps that publish them. */
  readonly publish: (workflow: Tree) => readonly string[]
  /** Whether the step that publishes today does so in the new job as well, as it is. */
  readonly keepsStep: boolean
}

/** How the files of a step are handed over, or why it stays where it is. */
export function handoverOf(step: PublishStep, release: Release): Handover | string {
  const condition = textOf(child(step.within, 'if')) ?? ''
  if (/\b(?:steps|env)\./.test(condition))
    return 'whether it publishes is decided by an earlier step'
  if (step.action?.name === 'pypa/gh-action-pypi-publish') return ofAction(step)
  if (step.action !== undefined) return `${step.action.name} builds and publishes in one`
  const run = textOf(child(step.within, 'run'))?.trim()
  if (run !== step.text) return 'the script does more than publish'
  if (condition !== '') return 'the publish has a condition of its own'
  if (step.client === 'npm') return ofNpm(step, release)
  if (step.client === 'uv' || step.client === 'twine') return ofPython(step)
  return `${step.client} builds and publishes in one`
}

function ofAction(step: PublishStep): Handover {
  const inputs = child(step.within, 'with')
  const named = textOf(child(inputs, 'packages-dir') ?? child(inputs, 'packages_dir'))
  const folder = (named ?? 'dist').replace(/\/+$/, '')
  return {
    build: () => [],
    files: `${folder}/`,
    path: `${folder}/`,
    publish: () => [],
    keepsStep: true,
  }
}

/** npm packs where it builds; what is packed is published without running its scripts. */
function ofNpm(step: PublishStep, { manifests }: Release): Handover | string {
  const options = parseOptions(step.args, valuedFlags('npm'))
  const [directory, second] = step.packages
  const isPlain = options.rest.length === 0 && step.directory === '.' && directory === '.'
  if (!isPlain || second !== undefined) return 'it publishes more than the package at the root'
  const scripts = manifests.npm.find((one) => one.directory === '.')?.scripts
  // npm pack runs the other scripts of a publish, but not this one.
  const before = scripts?.has('prepublishOnly') === true ? ['- run: npm run prepublishOnly'] : []
  const flags = step.args.join(' ')
  return {
    build: () => [...before, '- run: npm pack'],
    files: "'*.tgz'",
    path: '.',
    publish: (workflow) => [
      `- uses: ${usesFor('actions/setup-node', 'v7', workflow)}`,
      '  with:',
      "    node-version: '24'",
      '    package-manager-cache: false',
      `- run: npm publish ./*.tgz --ignore-scripts${flags === '' ? '' : ` ${flags}`}`,
    ],
    keepsStep: false,
  }
}

function ofPython(step: PublishStep): Handover | string {
  const files = step.args.filter(
    (arg) => !arg.startsWith('-') && /[*/]/.test(arg) && !arg.includes('://'),
  )
  const isPlain = step.directory === '.' && files.every((file) => /^(?:\.\/)?dist\/\*?$/.test(file))
  if (!isPlain) return 'it publishes files outside of dist'
  const own = step.client === 'uv' ? uvLines : actionLines(step)
  return {
    build: () => [],
    files: 'dist/',
    path: 'dist/',
    publish: own,
    keepsStep: step.client === 'uv',
  }
}

function uvLines(workflow: Tree): readonly string[] {
  return [
    `- uses: ${usesFor('astral-sh/setup-uv', 'v10', workflow)}`,
    '  with:',
    '    enable-cache: false',
  ]
}

function actionLines({ registry }: PublishStep): (workflow: Tree) => readonly string[] {
  return (workflow) => [
    `- uses: ${usesFor('pypa/gh-action-pypi-publish', 'release/v1', workflow)}`,
    ...(registry === undefined ? [] : ['  with:', `    repository-url: ${registry}`]),
  ]
}
