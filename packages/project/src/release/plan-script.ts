import { quoted } from '../shell.ts'
import { FUNCTIONS, PYTHON, REVERTS, VERSION } from './plan-parts.ts'
import type { BranchSettings, PlanSettings } from './plan-settings.ts'

/**
 * The text of `.trustpub/plan-release.sh`, which decides in the project's own pipeline whether there is a release and of
 * which version. It belongs into the project's folder, next to the `cliff.toml` of `cliffConfig()`.
 */
export function planScript(settings: PlanSettings): string {
  const parts = [
    head(settings),
    FUNCTIONS,
    changes(settings),
    REVERTS,
    branchTable(settings),
    VERSION,
    distTag(settings.branches),
    ...(hasEnvironments(settings) ? [environmentOfTag(settings.branches)] : []),
    ...(settings.python === true ? [PYTHON] : []),
    outputs(settings),
  ]
  return `${parts.join('\n\n')}\n`
}

function hasEnvironments({ branches }: PlanSettings): boolean {
  return branches.some(({ environment }) => environment !== undefined)
}

function head({ gitCliff, tagPrefix }: PlanSettings): string {
  return `#!/bin/sh
# Plans the release of the commit that is checked out: is there one, and of which version?
#
#   reads   $BRANCH, the branch that is released. Empty in a run for a tag; if unset, the branch that
#           is checked out.
#   stdout  lines name=value for the later steps of the pipeline, nothing else
#   stderr  explanations
#   writes  dist/changelog.md: what is new in exactly this release
#
# A tag says which commit a version is, once and for all. A commit that carries one is planned as that
# version again. So a release that failed half way goes on where it stopped: run the failed jobs again,
# or run the pipeline for the tag.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
[ -n "\${GIT_CLIFF-}" ] || GIT_CLIFF=${quoted(gitCliff)}
BRANCH=\${BRANCH-$(git branch --show-current)}
prefix=${quoted(`${tagPrefix}v`)} # of tags
changelog=dist/changelog.md
number='(0|[1-9][0-9]{0,8})' # what every shell can count with
stable="$number\\.$number\\.$number"`
}

/** git-cliff is told of no tags: it would cut the range at them, and take the youngest for the last version. */
function changes({ path }: PlanSettings): string {
  const below = path === undefined ? '' : ` \\\n        --include-path ${quoted(`${path}/**`)}`
  return `# changes <version>: writes the changelog since that version, or since the first commit. Tags in between
# are no matter, hence the pattern that fits none. Fails if no commit makes a release.
changes() {
  range=\${1:+refs/tags/$prefix$1..HEAD}
  config=$PWD/.trustpub/cliff.toml
  reverted=$(reverts "\${range:-HEAD}")
  mkdir -p dist
  # shellcheck disable=SC2086 # these are lists of words
  (
    cd -- "$(git rev-parse --show-toplevel)" &&
      $GIT_CLIFF --offline --config "$config" --tag-pattern '^$'${below} \\
        $reverted -- $range
  ) >"$changelog" || fail 'git-cliff failed, see above.'
  grep -q '^### ' "$changelog"
}`
}

function branchTable(settings: PlanSettings): string {
  const { branches } = settings
  const environments = hasEnvironments(settings)
  const names = branches.map(({ name }) => quoted(name)).join(' ')
  const rows = branches.map((branch) => `  ${quoted(branch.name)})${branchRow(branch)} ;;`)
  return `[ "$(git rev-parse --is-shallow-repository)" = false ] ||
  fail 'This clone lacks tags and history: fetch all of it (fetch-depth: 0; in GitLab GIT_DEPTH: 0).'

# What the branches release: the form of their versions, the first one, the lowest major version, the
# identifier of prereleases${environments ? ', the environment' : ''}.
form=$stable first=0.1.0 lowest=0 id=''${environments ? " environment=''" : ''}
case $BRANCH in
${rows.join('\n')}
  '') ;;
  *) fail "Nothing is released from the branch $BRANCH, only from:" ${names} ;;
esac`
}

function branchRow(branch: BranchSettings): string {
  const { majorVersion: major, minorVersion: minor, minMajorVersion: lowest } = branch
  const words: string[] = []
  if (minor !== undefined)
    words.push(`form="${major}\\.${minor}\\.$number" first=${major}.${minor}.0`)
  else if (major === 0) words.push('form="0\\.$number\\.$number"')
  else if (major !== undefined) words.push(`form="${major}\\.$number\\.$number" first=${major}.0.0`)
  if (lowest !== undefined && lowest > 0) words.push(`first=${lowest}.0.0 lowest=${lowest}`)
  if (branch.prerelease !== undefined) words.push(`id=${branch.prerelease}`)
  if (branch.environment !== undefined) words.push(`environment=${quoted(branch.environment)}`)
  return words.map((word) => ` ${word}`).join('')
}

function distTag(branches: readonly BranchSettings[]): string {
  const stable = branches.filter(({ prerelease }) => prerelease === undefined)
  const prereleases = branches.filter(({ prerelease }) => prerelease !== undefined)
  const main = stable.find(({ majorVersion }) => majorVersion === undefined)
  const lines = stable.filter(({ majorVersion }) => majorVersion !== undefined)
  return `# npm's dist-tag. It follows from the version, not from the branch, so "latest" never goes back to an
# older version.
major=\${version%%.*} minor=\${version#*.}
minor=\${minor%%.*}
prerelease=false latest=false
if [ -n "$id" ]; then
  prerelease=true
  case $major.$minor:$id in
${rows(prereleases, 'dist_tag', ownDistTag)}    *) dist_tag=$id ;;
  esac
elif is_highest "$version"; then
  latest=true dist_tag=${quoted((main && ownDistTag(main)) ?? 'latest')}
else
  case $major.$minor: in
${rows(lines, 'dist_tag', lineDistTag)}    *) dist_tag=latest-$major ;;
  esac
fi`
}

function ownDistTag({ npmDistTag }: BranchSettings): string | undefined {
  return npmDistTag === 'latest' ? undefined : npmDistTag
}

/** Two lines of one major version must not take the tag from each other. */
function lineDistTag(branch: BranchSettings): string | undefined {
  const { majorVersion, minorVersion } = branch
  const ofLine = minorVersion === undefined ? undefined : `latest-${majorVersion}.${minorVersion}`
  return ownDistTag(branch) ?? ofLine
}

/** Only a run for a tag has no branch, so the version tells which one it is. */
function environmentOfTag(branches: readonly BranchSettings[]): string {
  return `# A run for a tag has the environment of the branch that releases such versions.
if [ -z "$BRANCH" ]; then
  case $major.$minor:$id in
${rows(branches, 'environment', ({ environment }) => environment ?? '')}  esac
fi`
}

/** Rows of a `case` over `major.minor:identifier`: narrow lines first, since the first pattern that fits is taken. */
function rows(
  branches: readonly BranchSettings[],
  variable: string,
  choose: (branch: BranchSettings) => string | undefined,
): string {
  const width = ({ majorVersion, minorVersion }: BranchSettings) =>
    Number(majorVersion === undefined) + Number(minorVersion === undefined)
  const values = new Map<string, string>()
  for (const branch of branches.toSorted((one, other) => width(one) - width(other))) {
    const value = choose(branch)
    const { majorVersion, minorVersion = '*', prerelease = '' } = branch
    const line = majorVersion === undefined ? '*' : `${majorVersion}.${minorVersion}`
    const pattern = `${line}:${prerelease}`
    if (value !== undefined && !values.has(pattern)) values.set(pattern, value)
  }
  return [...values]
    .map(([pattern, value]) => `    ${pattern}) ${variable}=${quoted(value)} ;;\n`)
    .join('')
}

function outputs(settings: PlanSettings): string {
  const pythonLine = settings.python === true ? 'python_version=$python_version\n' : ''
  const environment = `
[ -z "$environment" ] || printf 'environment=%s\\n' "$environment"`
  return `printf '%s\\n' "Release $prefix$version, with the changes since \${before:-the first commit}." >&2
cat <<EOF
release=true
version=$version
tag=$prefix$version
dist_tag=$dist_tag
prerelease=$prerelease
latest=$latest
${pythonLine}EOF${hasEnvironments(settings) ? environment : ''}`
}
