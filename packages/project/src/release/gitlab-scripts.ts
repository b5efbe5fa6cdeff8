import { LIST_OF_DIGESTS } from './scripts.ts'

/** One digest over the digests of all files in a folder: what is built and what is published must have the same. */
function digestOf(folder: string): string {
  return `$(cd ${folder} && ${LIST_OF_DIGESTS} | sha256sum | cut -d ' ' -f 1)`
}

/** For the later jobs, as the plan is. */
export const KEEP_DIGEST: string = `echo "PLAN_digest=${digestOf('dist')}" >> "$CI_PROJECT_DIR/plan.env"`

/** The plan goes to the later jobs as variables; a job without a release ends well. */
export const PLAN_AT_GITLAB = `BRANCH="$CI_COMMIT_BRANCH" sh .trustpub/plan-release.sh > plan.txt
sed 's/^/PLAN_/' plan.txt > "$CI_PROJECT_DIR/plan.env"
if ! grep -qx 'release=true' plan.txt; then rm plan.txt; exit 0; fi
export VERSION="$(sed -n 's/^version=//p' plan.txt)" PYTHON_VERSION="$(sed -n 's/^python_version=//p' plan.txt)"
rm plan.txt`

/**
 * Makes the release, and with it the tag, before anything is published, so that a version belongs to one commit
 * whatever happens later (docs.gitlab.com, "Releases API"; it takes the token of the job).
 */
export const TAG_AT_GITLAB = `if [ "$PLAN_release" != true ]; then exit 0; fi
tagged=$(git ls-remote origin "refs/tags/$PLAN_tag" "refs/tags/$PLAN_tag^{}" | tail -n 1 | cut -f 1)
if [ -n "$tagged" ] && [ "$tagged" != "$CI_COMMIT_SHA" ]; then
  echo "$PLAN_tag is at commit $tagged, not at $CI_COMMIT_SHA. Start a pipeline for a newer commit."
  exit 1
fi
if [ -z "$tagged" ] && [ "$(git ls-remote origin "refs/heads/$CI_COMMIT_BRANCH" | cut -f 1)" != "$CI_COMMIT_SHA" ]; then
  echo "$CI_COMMIT_BRANCH has newer commits: their pipeline releases this one as well."
  exit 0
fi
status=$(curl --silent --show-error --output answer.json --write-out '%{http_code}' -X POST \\
  "$CI_API_V4_URL/projects/$CI_PROJECT_ID/releases" -H "JOB-TOKEN: $CI_JOB_TOKEN" \\
  --data-urlencode "tag_name=$PLAN_tag" --data-urlencode "ref=$CI_COMMIT_SHA" \\
  --data-urlencode "name=$PLAN_tag" --data-urlencode "description@$DIST/changelog.md")
case "$status" in
  201) echo "Released $PLAN_tag." ;;
  409) echo "The release $PLAN_tag is there already: it goes on." ;;
  *) cat answer.json; exit 1 ;;
esac
echo 'TAG_go=true' > tag.env`

/** The start of a publishing job: is there something to publish, and is it what was built? */
export const AFTER_PLAN: string = `if [ "$TAG_go" != true ]; then echo 'There is nothing to publish.'; exit 0; fi
digest=${digestOf('"$DIST"')}
if [ "$digest" != "$PLAN_digest" ]; then echo "The files are not those that were built ($digest, not $PLAN_digest)."; exit 1; fi`
