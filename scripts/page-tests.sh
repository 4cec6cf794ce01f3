#!/usr/bin/env bash
# Tests of the built page in a real Chromium: journeys with the real core, states with a made-up one, hostile content,
# accessibility, and pictures.
#
#   scripts/page-tests.sh [PART OF A FILE'S NAME]…
#   ATTACHE_ACCEPT=yes scripts/page-tests.sh screens    keep the pictures of tests/page/snapshots anew
#
# `make test` builds the page and the programs first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

ATTACHE_CHROMIUM=${ATTACHE_CHROMIUM:-$(type -P chromium || type -P chromium-browser || true)}
[[ -n $ATTACHE_CHROMIUM ]] || {
    echo "page tests: \`chromium\` is not installed. Run scripts/setup.sh, which installs it on Debian and Ubuntu," >&2
    echo "page tests: or name another one in ATTACHE_CHROMIUM." >&2
    exit 1
}
devhost=${CARGO_TARGET_DIR:-target}/debug/devhost
[[ -f ui/dist/index.html && -x $devhost ]] || {
    echo "page tests: the page or \`$devhost\` is not built. Run scripts/page.sh and \`cargo build --workspace --bins\`." >&2
    exit 1
}
export ATTACHE_CHROMIUM
export ATTACHE_RUNTIME=${ATTACHE_RUNTIME:-$PWD/runtime}
# Pictures that differ stay where a person can look at them; everything else goes with the tests.
export ATTACHE_PICTURES=${TMPDIR:-/tmp}
own=$(mktemp -d "${TMPDIR:-/tmp}/attache-page-tests.XXXXXX")
export TMPDIR=$own
# Whatever the tests started ends with them: in a group of its own, and after half an hour at the latest. Chromium is
# in another group, whose number it leaves here.
tests=
finish() {
    local browser
    browser=$(cat "$own/chromium.pid" 2>/dev/null || true)
    kill -KILL -- ${tests:+"-$tests"} ${browser:+"-$browser"} 2>/dev/null || true
    rm -rf "$own"
}
trap finish EXIT
cd ui
setsid timeout --kill-after=10 1800 \
    node node_modules/vitest/vitest.mjs run --config vitest.page.config.ts "$@" &
tests=$!
wait "$tests"
