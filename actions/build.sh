#!/usr/bin/env bash
# Builds the command of this checkout, for the actions beside this file. trustpub is not on npm yet; a commit of this
# repository pins it, its dependencies too, by the lock file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "trustpub needs Node 20.19 or newer, and this job has $(node --version 2>/dev/null || echo none): set it up before, with actions/setup-node or another image." >&2
  exit 3
fi
if [ -f packages/cli/dist/main.js ]; then exit 0; fi
# Whatever runs here gets nothing that the job may do. And a registry or a mode that the job has set is not for this.
unset ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_RUNTIME_TOKEN GITHUB_TOKEN GH_TOKEN
unset NPM_ID_TOKEN PYPI_ID_TOKEN SIGSTORE_ID_TOKEN CI_JOB_TOKEN NPM_TOKEN NODE_AUTH_TOKEN
unset NPM_CONFIG_USERCONFIG NPM_CONFIG_REGISTRY NODE_ENV
echo "Building trustpub …" >&2
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
npm run --silent build >&2
