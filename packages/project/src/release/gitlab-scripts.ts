/**
 * The plan goes to the later jobs as variables. It is made in a job that runs nothing of the project: whoever writes
 * these variables decides what happens in the jobs that have ID tokens.
 */
export const PLAN_AT_GITLAB = `BRANCH="$CI_COMMIT_BRANCH" sh .trustpub/plan-release.sh > plan.txt
sed 's/^/PLAN_/' plan.txt > "$CI_PROJECT_DIR/plan.env"
rm plan.txt`

/** The start of the building job, which ends well if there is no release. */
export const BUILD_AT_GITLAB = `if [ "$PLAN_release" != true ]; then echo 'There is nothing to release.'; exit 0; fi
export VERSION="$PLAN_version" PYTHON_VERSION="$PLAN_python_version"`

/**
 * Makes the release, and with it the tag, before anything is published, so that a version belongs to one commit
 * whatever happens later (docs.gitlab.com, "Releases API"; it takes the token of the job).
 */
export const TAG_AT_GITLAB = `if [ "$PLAN_release" != true ]; then exit 0; fi
tagged=$(git ls-remote origin "refs/tags/$PLAN_tag" "refs/tags/$PLAN_tag^{}")
tagged=$(printf '%s\\n' "$tagged" | tail -n 1 | cut -f 1)
if [ -n "$tagged" ] && [ "$tagged" != "$CI_COMMIT_SHA" ]; then
  echo "$PLAN_tag is at commit $tagged, not at $CI_COMMIT_SHA. Start a pipeline for a newer commit."
  exit 1
fi
newest=$(git ls-remote origin "refs/heads/$CI_COMMIT_BRANCH")
if [ -z "$tagged" ] && [ "\${newest%%[!0-9a-f]*}" != "$CI_COMMIT_SHA" ]; then
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

/** The start of a publishing job: is there something to publish? */
export const AFTER_TAG_AT_GITLAB = `if [ "$TAG_go" != true ]; then echo 'There is nothing to publish.'; exit 0; fi
export VERSION="$PLAN_version" PYTHON_VERSION="$PLAN_python_version" NPM_DIST_TAG="$PLAN_dist_tag"`
