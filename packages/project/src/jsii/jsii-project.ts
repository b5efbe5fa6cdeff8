import { type NodeKind, NodeProject } from '../node/node-project.ts'
import type { TypescriptConfig } from '../node/tsconfig-file.ts'
import { addTypeScriptTests, NODE_TYPES } from '../node/typescript-files.ts'
import { JSII_OPTIONS, type JsiiProjectOptions } from '../options/jsii.ts'
import { repositoryUrl } from '../repository.ts'
import { JSII_TYPE, nodeOptions } from './jsii-options.ts'
import { addJsiiSample } from './jsii-sample.ts'

/** jsii's versions are those of the TypeScript inside, which breaks with minor versions; so only patches are taken. */
const JSII = '~6.0.16'
/** jsii-pacmak asks for it besides, with the same TypeScript. */
const ROSETTA = '~6.0.17'
const PACMAK = '^1.140.0'
/** What jsii compiles with, so that the tests are compiled as the package is. */
const TYPESCRIPT = '~6.0.3'
const LANGUAGE = 'es2023'

/** For the job that builds; the packages that jsii-pacmak makes run on Python 3.10 and later. */
const PYTHON = '3.13'

/** Debian's Python comes without it. Where it is there already, as at GitHub, nothing is done. */
const PYTHON_FOR_IMAGE =
  "python3 -c 'import ensurepip' || (apt-get update && apt-get install --yes python3-venv)"

/** Packages for npm, PyPI and NuGet from one source in TypeScript (aws.github.io/jsii). */
export class JsiiProject extends NodeProject {
  readonly srcdir: string
  readonly libdir: string
  readonly testdir: string
  readonly tsconfigDev: TypescriptConfig

  constructor(options: JsiiProjectOptions) {
    super(nodeOptions(options), kindOf(options))
    const { srcdir = 'src', libdir = 'lib', testdir = 'test' } = options
    this.srcdir = srcdir
    this.libdir = libdir
    this.testdir = testdir
    this.#describePackage(options)
    this.addDevDeps(
      `jsii@${options.jsiiVersion ?? JSII}`,
      `jsii-pacmak@${PACMAK}`,
      `jsii-rosetta@${options.jsiiVersion ?? ROSETTA}`,
      `typescript@${options.typescriptVersion ?? TYPESCRIPT}`,
      `@types/node@${NODE_TYPES}`,
    )

    // Nearly every short word is reserved in one of the languages, and jsii-pacmak renames those that are.
    const compress = options.compressAssembly ? ' --compress-assembly' : ''
    this.compileTask.exec(`jsii --silence-warnings=reserved-word${compress}`)
    this.tsconfigDev = addTypeScriptTests(this, {
      srcdir,
      testdir,
      language: LANGUAGE,
      own: options.tsconfigDev,
    })
    this.gitignore.addPatterns(`/${libdir}/`, '/tsconfig.json', '/.jsii', '/.jsii.gz')
    this.npmignore?.addPatterns('!/.jsii', '!/.jsii.gz')
    this.#addTargets(options)
    if (options.sampleCode !== false) addJsiiSample(this, srcdir, testdir)
  }

  #describePackage(options: JsiiProjectOptions): void {
    const { libdir, srcdir } = this
    this.package.addField('types', options.entrypointTypes ?? `${libdir}/index.d.ts`)
    this.package.addField('jsii', {
      outdir: 'dist',
      targets: targetsOf(options),
      versionFormat: 'full',
      tsc: { outDir: libdir, rootDir: srcdir },
      excludeTypescript: options.excludeTypescript,
    })
    if (this.repository === undefined) return
    // jsii copies both into the other packages, and PyPI refuses the addresses with git+ that npm likes.
    const url = repositoryUrl(this.repository)
    const inside = this.directory === '.' ? undefined : this.directory
    const directory = options.repositoryDirectory ?? inside
    this.package.addField('homepage', options.homepage ?? url)
    this.package.addField('repository', { type: 'git', url: `${url}.git`, directory })
  }

  #addTargets({ publishToPypi, publishToNuget }: JsiiProjectOptions): void {
    const publisher = this.release?.publisher
    if (publishToPypi !== undefined) {
      const { distName, module: _, ...rest } = publishToPypi
      publisher?.publishToPyPi({ ...rest, packageName: distName })
    }
    if (publishToNuget !== undefined) {
      const { packageId, dotNetNamespace: _, iconUrl: __, ...rest } = publishToNuget
      publisher?.publishToNuget({ ...rest, packageName: packageId })
    }
    const npm = publisher?.targets.some(({ kind }) => kind === 'npm')
    const others = [
      ...(publishToPypi === undefined ? [] : ['python']),
      ...(publishToNuget === undefined ? [] : ['dotnet']),
    ]
    const languages = npm || others.length === 0 ? ['js', ...others] : others
    // By itself it would add to .npmignore, which has all that it asks for.
    this.packageTask.reset(`jsii-pacmak --no-npmignore --targets ${languages.join(' ')}`)
  }
}

function targetsOf({ publishToPypi, publishToNuget }: JsiiProjectOptions): object {
  return {
    ...(publishToPypi === undefined
      ? {}
      : { python: { distName: publishToPypi.distName, module: publishToPypi.module } }),
    ...(publishToNuget === undefined
      ? {}
      : {
          dotnet: {
            namespace: publishToNuget.dotNetNamespace,
            packageId: publishToNuget.packageId,
            iconUrl: publishToNuget.iconUrl,
          },
        }),
  }
}

function kindOf({ publishToPypi, publishToNuget }: JsiiProjectOptions): NodeKind {
  const python = publishToPypi !== undefined
  return {
    type: JSII_TYPE,
    table: JSII_OPTIONS,
    publishByDefault: true,
    python,
    otherPackages: [
      ...(python ? ['publishToPypi'] : []),
      ...(publishToNuget === undefined ? [] : ['publishToNuget']),
    ],
    // No tool for NuGet: `dotnet` is part of GitHub's images, and GitLab's jobs cannot publish there.
    ...(python
      ? { tools: [{ name: 'python', version: PYTHON }], imageSetUp: [PYTHON_FOR_IMAGE] }
      : {}),
  }
}
