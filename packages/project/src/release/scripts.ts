import type { NpmTarget } from './targets.ts'

/**
 * The shell scripts of release jobs, the same for every CI. They read variables only: nothing that somebody else may
 * have chosen, such as the name of a branch, is ever pasted into a command.
 */

/** A build that changes files publishes something other than what was committed. The version is set on purpose. */
export function CHECK_UNCHANGED(versioned: readonly string[]): string {
  const except = versioned.map((path) => `':(exclude)${path}'`).join(' ')
  return `git diff --exit-code -- . ${except}`
}

/** The files in a folder: one line each, as sha256sum writes them. Hidden files are no part of an artifact. */
export const LIST_OF_DIGESTS =
  "find . -type f -not -path '*/.*' | LC_ALL=C sort | xargs -r -d '\\n' sha256sum"

/** The digests as the output `digests`. */
export const LIST_DIGESTS: string = `{
  echo 'digests<<END_OF_DIGESTS'
  (cd dist && ${LIST_OF_DIGESTS})
  echo END_OF_DIGESTS
} >> "$GITHUB_OUTPUT"`

/** The digests come through the job's outputs, the files through the artifact store: both must tell the same. */
export const CHECK_DIGESTS = `printf '%s\\n' "$DIGESTS" | sha256sum --check --strict
if [ "$(find . -type f | wc -l)" != "$(printf '%s\\n' "$DIGESTS" | wc -l)" ]; then
  echo '::error::There are files that were not built:'
  find . -type f
  exit 1
fi`

/**
 * Tags the commit before anything is published, so that a version belongs to one commit whatever happens later. A tag
 * that is there already at this commit is a release that is resumed.
 */
export const TAG_AT_GITHUB = `if tagged=$(gh api "repos/$GITHUB_REPOSITORY/commits/tags/$TAG" --jq .sha 2>/dev/null); then
  if [ "$tagged" != "$GITHUB_SHA" ]; then
    echo "::error::$TAG is at commit $tagged, not at $GITHUB_SHA. Start a run for a newer commit."
    exit 1
  fi
  echo "$TAG is at this commit already: its release goes on."
else
  newest=$GITHUB_SHA
  if [ -n "$BRANCH" ]; then
    newest=$(gh api "repos/$GITHUB_REPOSITORY/git/ref/heads/$BRANCH" --jq .object.sha)
  fi
  if [ "$newest" != "$GITHUB_SHA" ]; then
    echo "::notice::$BRANCH has newer commits: their run releases this one as well."
    echo 'go=false' >> "$GITHUB_OUTPUT"
    exit 0
  fi
  gh api --silent "repos/$GITHUB_REPOSITORY/git/refs" -f ref="refs/tags/$TAG" -f sha="$GITHUB_SHA"
  echo "Tagged $GITHUB_SHA as $TAG."
fi
echo 'go=true' >> "$GITHUB_OUTPUT"`

/** The release page; on a second try it is there already. */
export const RELEASE_AT_GITHUB = `if gh release view "$TAG" > /dev/null 2>&1; then
  echo "The release $TAG is there already."
  exit 0
fi
set -- --verify-tag --title "$TAG" --notes-file dist/changelog.md --latest="$LATEST"
if [ "$PRERELEASE" = true ]; then set -- "$@" --prerelease; fi
gh release create "$TAG" "$@"`

export const OPEN_ISSUE = `gh label create "$LABEL" --description 'A release that failed' --force
gh issue create --label "$LABEL" --title "The release \${TAG:+of $TAG }failed" \\
  --body "See $RUN. Run its failed jobs again: the release goes on with the same version and commit."`

/** What a script that publishes to npm needs to know. */
interface NpmPublish {
  /** The exact version of npm. */
  readonly npm: string
  /** Where the one tarball lies. */
  readonly folder: string
  readonly target: NpmTarget
  /** The variable that holds the stored token, without trusted publishing. */
  readonly tokenVariable: string | undefined
}

/**
 * Publishes the one tarball in a folder, if it is the version that was tagged. A version that is there already is fine if it holds the same, as after a
 * release that failed half way; with other content it is an error. npm itself always comes from its own registry.
 */
export function publishToNpm({ npm, folder, target, tokenVariable }: NpmPublish): string {
  const { registry, access, provenance } = target
  // Said always: what stands in the tarball's own package.json would count otherwise.
  const at = `--registry ${registry}`
  const flags = [
    ...(access === undefined ? [] : [`--access ${access}`]),
    ...(provenance === undefined ? [] : [`--provenance=${provenance}`]),
  ]
  const publish = [
    `npx --yes npm@${npm} publish ${folder}/*.tgz ${at}`,
    '--tag "$NPM_DIST_TAG"',
    ...flags,
  ]
  // npm puts the variable in when it runs, so the token itself is never written down.
  const host = registry.replace(/^https?:/, '')
  const login =
    tokenVariable === undefined ? '' : `echo '${host}:_authToken=\${${tokenVariable}}' > .npmrc\n`
  return `${login}packed=$(tar -xOzf ${folder}/*.tgz package/package.json | node -p 'const { name, version } = JSON.parse(require("node:fs").readFileSync(0)); name + "@" + version')
if [ "$packed" != "$PACKAGE@$VERSION" ]; then
  echo "The tarball holds $packed, not $PACKAGE@$VERSION: something in the build has changed package.json."
  exit 1
fi
want="sha512-$(openssl dgst -sha512 -binary ${folder}/*.tgz | base64 --wrap=0)"
have=$(npx --yes npm@${npm} view "$PACKAGE@$VERSION" dist.integrity ${at} 2>/dev/null || true)
if [ "$have" = "$want" ]; then
  echo "$PACKAGE $VERSION is published already, with the same content."
  exit 0
fi
if [ -n "$have" ]; then
  echo "$PACKAGE $VERSION is published already, with other content ($have, not $want). Run the failed jobs of the first run again, or release a new version."
  exit 1
fi
${publish.join(' ')}`
}

/** What is uploaded must be the version that was tagged, whatever the build has left there. */
export function checkPythonVersion(folder: string): string {
  return `for file in ${folder}/python/*; do
  case $file in
    *-"$PYTHON_VERSION"-*.whl | *-"$PYTHON_VERSION".tar.gz) ;;
    *) echo "$file is not of version $PYTHON_VERSION: something in the build has changed it."; exit 1 ;;
  esac
done`
}

/** nuget.org's exchange: an ID token in, an API key for an hour out (learn.microsoft.com, "Trusted Publishing"). */
export const PUBLISH_TO_NUGET = `id_token=$(curl --fail --silent --show-error -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=https://www.nuget.org" | jq --exit-status --raw-output .value) || {
  echo '::error::GitHub gave no ID token.'
  exit 1
}
echo "::add-mask::$id_token"
answer=$(jq --null-input --arg username "$NUGET_USERNAME" '{username: $username, tokenType: "ApiKey"}' |
  curl --silent --show-error -X POST https://www.nuget.org/api/v2/token \\
    -H "Authorization: Bearer $id_token" -H 'Content-Type: application/json' --data @-)
NUGET_API_KEY=$(printf '%s' "$answer" | jq --raw-output '.apiKey // empty' || true)
if [ -z "$NUGET_API_KEY" ]; then
  echo "::error::nuget.org gave no API key: $(printf '%s' "$answer" | jq --raw-output '.error // .message // "no reason"' || printf '%s' "$answer" | head -c 200)"
  exit 1
fi
echo "::add-mask::$NUGET_API_KEY"
`

export function pushToNuget(folder: string): string {
  return `dotnet nuget push '${folder}/dotnet/**/*.nupkg' --api-key "$NUGET_API_KEY" \\
  --source https://api.nuget.org/v3/index.json --skip-duplicate`
}
