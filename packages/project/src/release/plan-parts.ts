import { BREAKING_SECTION, FEATURE_SECTION } from './cliff-config.ts'
import { PEP_440_SPELLINGS } from './plan-settings.ts'

/** What the rest of the script is written with. */
export const FUNCTIONS: string = `fail() {
  [ -z "\${GITHUB_ACTIONS-}" ] || printf '::error::' >&2
  printf '%s\\n' "$*" >&2
  exit 1
}

nothing() {
  printf 'Nothing to release: %s\\n' "$*" >&2
  rm -f "$changelog"
  echo 'release=false'
  exit 0
}

# versions [--merged=HEAD | --points-at=HEAD]: the tagged versions, lowest first. A prerelease comes
# before the version it leads to.
versions() {
  git -c versionsort.suffix=- for-each-ref --sort=version:refname --format='%(refname:strip=2)' \\
    "$@" "refs/tags/$prefix*" |
    cut -c "$((\${#prefix} + 1))-" |
    grep -Ex "$stable(-[0-9A-Za-z-]+\\.$number)?" || true
}

# last_of <form>: the last of the versions on stdin that has this form, or nothing
last_of() { grep -Ex "$1" | tail -n 1; }

# next_after <version>: by what the changelog has. While the major version is 0, breaking changes
# raise the minor one, as features do.
next_after() {
  major=\${1%%.*} minor=\${1#*.} patch=\${1##*.}
  minor=\${minor%.*}
  if [ "$major" -gt 0 ] && grep -qx '### ${BREAKING_SECTION}' "$changelog"; then
    echo "$((major + 1)).0.0"
  elif grep -Eqx '### (${BREAKING_SECTION}|${FEATURE_SECTION})' "$changelog"; then
    echo "$major.$((minor + 1)).0"
  else
    echo "$major.$minor.$((patch + 1))"
  fi
}

# is_highest <version>: whether no stable version is above it, on any branch
is_highest() {
  [ "$( (versions | last_of "$stable" && echo "$1") | sort -V | tail -n 1)" = "$1" ]
}`

/** What was reverted before it was released is no change. So `git revert` takes back a breaking change, too. */
export const REVERTS: string = `# reverts <range>: options that leave out what was reverted within the range, together with the reverts
reverts() {
  range_commits=$(git rev-list "$1")
  left_out=''
  for revert in $(git rev-list --grep='^This reverts commit ' "$1"); do
    case $left_out in *"$revert"*) continue ;; esac # reverted in turn
    for commit in $(git cat-file commit "$revert" |
      sed -nE 's/^This reverts commit ([0-9a-f]{40,64}).*/\\1/p'); do
      case $range_commits in *"$commit"*) ;; *) continue ;; esac
      # A merge stands for all that it merged.
      for undone in $(git rev-list "$commit^..$commit" 2>/dev/null || echo "$commit") "$revert"; do
        left_out="$left_out --skip-commit $undone"
      done
    done
  done
  echo "$left_out"
}`

/** From tags and changes to the version. */
export const VERSION: string = `# A commit that carries a version which the branch releases is that version. In a run for a tag any
# version will do.
own=''
[ -z "$BRANCH" ] || own="$form\${id:+-$id\\.$number}"
version=$(versions --points-at=HEAD | last_of "\${own:-.*}")
case $version in
  *-*)
    id=\${version#*-} id=\${id%.*}
    case $id in latest | [0-9]*) fail "A prerelease cannot be called $id, as in $prefix$version." ;; esac
    ;;
  ?*) id='' ;;
  *)
    [ -n "$BRANCH" ] ||
      fail "No version tag, such as \${prefix}1.0.0, is at this commit: there is nothing to release."
    ;;
esac

# A prerelease has the changes since the one before it, a stable version since the last stable one.
kind="$stable\${id:+(-$id\\.$number)?}"

if [ -n "$version" ]; then
  before=$(versions --merged=HEAD | grep -Ex "$kind" |
    awk -v "end=$version" '$0 == end { exit } { print }' | tail -n 1)
  changes "$before" || echo 'No change since the last version is worth mentioning.' >&2
else
  last=$(versions --merged=HEAD | last_of "$form")
  before=\${last:-$(versions --merged=HEAD | last_of "$stable")}
  changes "$before" || nothing "no commit since \${before:-the first one} makes a release."
  base=$first
  [ -z "$last" ] || base=$(next_after "$last")
  [ "\${base%%.*}" -ge "$lowest" ] || base=$lowest.0.0
  if ! echo "$base" | grep -Eqx "$form"; then
    # The first section is what raised the version.
    awk '/^### / { section++ } section == 1 { print "  | " $0 }' "$changelog" >&2
    fail "After $last these changes make $base, which $BRANCH does not release:" \\
      'undo them with git revert, or release them from another branch.'
  fi
  version=$base
  if [ -n "$id" ]; then
    before=$(versions --merged=HEAD | last_of "$kind")
    changes "$before" || nothing "no commit since $before makes a release."
    count=$(versions | awk -v "start=$base-$id." 'index($0, start) == 1' | tail -n 1)
    count=\${count##*.}
    version=$base-$id.$((\${count:--1} + 1))
  fi
  for taken in "$base" "$version"; do
    commit=$(git rev-parse --quiet --verify --short "refs/tags/$prefix$taken^{commit}") || continue
    fail "The tag $prefix$taken is at $commit already, which this commit does not build on." \\
      "Release the newest commit of $BRANCH, merge $commit into it, or give $BRANCH versions of its" \\
      'own (majorVersion).'
  done
fi`

/** The version for PyPI. */
export const PYTHON: string = `# PEP 440 spells prereleases in its own way: 1.2.0-beta.3 is 1.2.0b3.
case $id in
  '') python_version=$version ;;
${Object.entries(PEP_440_SPELLINGS)
  .map(([id, spelling]) => `  ${id}) python_version=\${version%%-*}${spelling}\${version##*.} ;;\n`)
  .join('')}  *) fail "PyPI has no prereleases called $id, so $version cannot be published." ;;
esac`
