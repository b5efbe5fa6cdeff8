import { refuse } from '../errors.ts'
import { checkOptions, requireTexts } from '../options/check.ts'
import { JSII_OPTIONS, type JsiiProjectOptions } from '../options/jsii.ts'

export const JSII_TYPE = 'JsiiProject'

/**
 * Checks what no other type of project has to, and brings the options into the words of a Node project.
 * @throws ProjectError `option_required`, `option_conflict`, `option_invalid`
 */
export function nodeOptions(options: JsiiProjectOptions): JsiiProjectOptions {
  // Unknown names come before missing ones, because a misspelled name is both.
  checkOptions(JSII_TYPE, options, JSII_OPTIONS)
  const { author, authorAddress, publishToPypi, publishToNuget } = options
  requireTexts(JSII_TYPE, options, ['name', 'author', 'authorAddress', 'repositoryUrl'])
  if (publishToPypi !== undefined) {
    requireTexts(JSII_TYPE, publishToPypi, ['distName', 'module'], 'publishToPypi.')
  }
  if (publishToNuget !== undefined) {
    requireTexts(JSII_TYPE, publishToNuget, ['dotNetNamespace', 'packageId'], 'publishToNuget.')
  }
  checkCommonJs(options)
  checkNames(options)
  return {
    ...options,
    authorName: options.authorName ?? author,
    ...address(authorAddress),
    entrypoint: options.entrypoint ?? `${options.libdir ?? 'lib'}/index.js`,
    stability: options.stability ?? 'stable',
    workflowNodeVersion: options.workflowNodeVersion ?? '24.x',
  }
}

function address(authorAddress: string): Pick<JsiiProjectOptions, 'authorUrl' | 'authorEmail'> {
  if (URL.canParse(authorAddress)) return { authorUrl: authorAddress }
  if (/^[^\s@]+@[^\s@]+$/.test(authorAddress)) return { authorEmail: authorAddress }
  throw refuse('option_invalid', {
    type: JSII_TYPE,
    option: 'authorAddress',
    value: authorAddress,
    reason: 'write an address of mail, or a URL with https://.',
  })
}

function checkCommonJs({ esm }: JsiiProjectOptions): void {
  if (!esm) return
  throw refuse('option_conflict', {
    type: JSII_TYPE,
    first: 'esm',
    second: 'jsii',
    reason: 'its packages are CommonJS. Take esm out.',
  })
}

/** jsii takes these names as they come, and the registries or compilers refuse them much later. */
function checkNames({ publishToPypi, publishToNuget }: JsiiProjectOptions): void {
  const names = {
    'publishToPypi.distName': [publishToPypi?.distName, DISTRIBUTION, IS_DISTRIBUTION],
    'publishToPypi.module': [publishToPypi?.module, IDENTIFIERS, IS_PYTHON_MODULE],
    'publishToNuget.dotNetNamespace': [publishToNuget?.dotNetNamespace, IDENTIFIERS, IS_NAMESPACE],
    'publishToNuget.packageId': [publishToNuget?.packageId, PACKAGE_ID, IS_PACKAGE_ID],
  } as const
  for (const [option, [value, pattern, reason]] of Object.entries(names)) {
    if (value === undefined || pattern.test(value)) continue
    throw refuse('option_invalid', { type: JSII_TYPE, option, value, reason })
  }
}

/** packaging.python.org, "Names and normalization". */
const DISTRIBUTION = /^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i
const IS_DISTRIBUTION =
  'a name at PyPI is letters, digits and . _ - in between, such as acme-widget.'
/** A Python module and a namespace of .NET alike. */
const IDENTIFIERS = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/
const IS_PYTHON_MODULE = 'a module is letters, digits and underscores, such as acme_widget.'
const IS_NAMESPACE = 'a namespace is names with dots in between, such as Acme.Widget.'
/** learn.microsoft.com, "NuGet package ID". */
const PACKAGE_ID = /^\w+(?:[.-]\w+)*$/
const IS_PACKAGE_ID =
  'an ID at nuget.org is letters, digits and . - in between, such as Acme.Widget.'
