import { isGitlab, repositoryUrl } from '@trustpub/project'
import {
  type Choices,
  EXAMPLE_AUTHOR,
  type Kind,
  moduleNameOf,
  pythonNameOf,
  repositoryText,
} from './choices.ts'

/** A definition to start from. */
export interface DefinitionText {
  readonly file: string
  readonly text: string
}

/** The definition of a new project: short, and with what everybody sets. */
export function definitionFor(choices: Choices): DefinitionText {
  return TEMPLATES[choices.kind](choices)
}

const TEMPLATES: Readonly<Record<Kind, (choices: Choices) => DefinitionText>> = {
  node: (choices) => npmDefinition('NodeProject', choices),
  typescript: (choices) => npmDefinition('TypeScriptProject', choices),
  jsii: jsiiDefinition,
  python: pythonDefinition,
}

function npmDefinition(type: string, choices: Choices): DefinitionText {
  return typeScript(type, [
    `name: ${quoted(choices.name)},`,
    '// Trusted publishing is bound to this repository.',
    `repository: ${quoted(repositoryText(choices.repository))},`,
    ...gitlabLine(choices),
    ...BRANCH,
    'publishToNpm: true,',
    '// With an ID token of the CI; no token is stored anywhere.',
    'npmPublishOptions: { trustedPublishing: true },',
  ])
}

function jsiiDefinition(choices: Choices): DefinitionText {
  const { name, email } = choices.author ?? EXAMPLE_AUTHOR
  return typeScript('JsiiProject', [
    `name: ${quoted(choices.name)},`,
    `author: ${quoted(name)},`,
    `authorAddress: ${quoted(email)},`,
    '// Trusted publishing is bound to this repository.',
    `repositoryUrl: ${quoted(`${repositoryUrl(choices.repository)}.git`)},`,
    ...gitlabLine(choices),
    ...BRANCH,
    '// With ID tokens of the CI; no token is stored anywhere.',
    'publishToNpm: { trustedPublishing: true },',
    'publishToPypi: {',
    `  distName: ${quoted(pythonNameOf(choices.name))},`,
    `  module: ${quoted(moduleNameOf(choices.name))},`,
    '  trustedPublishing: true,',
    '},',
  ])
}

const BRANCH = ['// What is pushed to this branch is released.', "defaultReleaseBranch: 'main',"]

function gitlabLine({ provider, repository }: Choices): readonly string[] {
  return provider === 'gitlab' && !isGitlab(repository) ? ['gitlab: true,'] : []
}

function typeScript(type: string, options: readonly string[]): DefinitionText {
  const text = `import { ${type} } from '@trustpub/project'

// The generated files of this repository follow from here. After a change run: trustpub synth
const project = new ${type}({
${options.map((line) => `  ${line}\n`).join('')}})

project.synth()
`
  return { file: '.trustpubrc.ts', text }
}

/** JSON, because a Python project needs nothing of Node's. */
function pythonDefinition(choices: Choices): DefinitionText {
  const { author, repository } = choices
  const definition = {
    '//': 'The generated files of this repository follow from here. After a change run: trustpub synth',
    type: 'python',
    name: choices.name,
    moduleName: moduleNameOf(choices.name),
    ...(author === undefined ? {} : { authorName: author.name, authorEmail: author.email }),
    repository: repositoryText(repository),
    ...(gitlabLine(choices).length > 0 ? { gitlab: true } : {}),
    defaultReleaseBranch: 'main',
    buildTool: choices.buildTool,
    publishToPypi: { trustedPublishing: true },
  }
  return { file: '.trustpubrc.json', text: `${JSON.stringify(definition, null, 2)}\n` }
}

/** A text as a literal in single quotes. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner}'`
}
