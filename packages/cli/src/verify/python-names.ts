/** A project's name as indexes compare it, https://peps.python.org/pep-0503/#normalized-names */
export function normalisedName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase()
}

/** Whether a wheel or sdist of this name is one of that version. */
export function isOfVersion(filename: string, name: string, version: string): boolean {
  const wheel = /^([^-]+)-([^-]+)-.+\.whl$/.exec(filename)
  const sdist = /^(.+)-([^-]+?)(?:\.tar\.(?:gz|bz2)|\.zip|\.tgz)$/.exec(filename)
  const [, fileName = '', fileVersion = ''] = wheel ?? sdist ?? []
  return (
    normalisedName(fileName) === normalisedName(name) &&
    comparable(fileVersion) === comparable(version)
  )
}

/** Spellings of a pre-release that mean the same, https://packaging.python.org/specifications/version-specifiers/ */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^v/, ''],
  [/[-_.]?(?:alpha|a)[-_.]?(?=\d|$)/, 'a'],
  [/[-_.]?(?:beta|b)[-_.]?(?=\d|$)/, 'b'],
  [/[-_.]?(?:preview|pre|rc|c)[-_.]?(?=\d|$)/, 'rc'],
  [/[-_.]?(?:post|rev|r)[-_.]?(?=\d|$)/, '.post'],
  [/[-_.]?dev[-_.]?(?=\d|$)/, '.dev'],
]

/** The same text for versions that are written differently but are the same. */
function comparable(version: string): string {
  const [release = '', local = ''] = version.trim().toLowerCase().split('+', 2)
  const spelled = SPELLINGS.reduce((text, [pattern, by]) => text.replace(pattern, by), release)
  const plain = spelled.replace(/^((?:\d+!)?\d+(?:\.\d+)*?)(?:\.0+)*(?=$|[a-z]|\.[a-z])/, '$1')
  return local === '' ? plain : `${plain}+${local.replace(/[-_]/g, '.')}`
}
