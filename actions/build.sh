#!/usr/bin/env bash
# Builds the command of this checkout, for the actions beside this file. trustpub is not on npm yet; a commit of this
# repository pins it, its dependencies too, by the lock file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -f packages/cli/dist/main.js ]; then exit 0; fi
echo "::group::Build trustpub"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm run --silent build
echo "::endgroup::"
