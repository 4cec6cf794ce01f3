#!/usr/bin/env bash
# The page of the window: fetches what it is built with and builds it into ui/dist. Does only what is missing.
#
#   scripts/page.sh           build
#   scripts/page.sh --check   formatting, lint, types and component tests too
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../ui"

fetched=node_modules/.ready
key=$(sha256sum package-lock.json | cut -c 1-16)
if [[ ! -f $fetched || $(<"$fetched") != "$key" ]]; then
    echo "page: fetching what ui/package-lock.json pins"
    npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
    echo "$key" >"$fetched"
fi
if [[ ${1:-} == --check ]]; then
    npm run --silent check
elif [[ ! -f dist/assets/.built || -n $(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer dist/assets/.built -print -quit) ]]; then
    npm run --silent build
fi
touch dist/assets/.built
