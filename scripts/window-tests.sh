#!/usr/bin/env bash
# Smoke tests in the real window: the debug build, a real webview, a screen and a session of their own.
#
#   scripts/window-tests.sh [FILE]   the tests of tests/window, or what another file does with a window
#
# `make test` builds the programs first. A machine without the packages of scripts/system-packages.tsv is told so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for program in Xvfb WebKitWebDriver dbus-run-session node; do
    type "$program" >/dev/null 2>&1 || {
        echo "window tests: \`$program\` is not installed. Run scripts/setup.sh, which installs it on Debian and Ubuntu." >&2
        exit 1
    }
done
files=("$@")
[[ $# -gt 0 ]] || files=(tests/window/*.test.mjs)
ATTACHE_WINDOW=$(realpath "${CARGO_TARGET_DIR:-target}/debug/attache-window")
export ATTACHE_WINDOW
export ATTACHE_RUNTIME=${ATTACHE_RUNTIME:-$PWD/runtime}
# Drawn by the processor: there is no graphics card to rely on. The webview's own sandbox wants more than a container has.
export LIBGL_ALWAYS_SOFTWARE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 GDK_BACKEND=x11
# Without it GTK makes a file for its settings in the home folder.
export GSETTINGS_BACKEND=memory
unset WAYLAND_DISPLAY
exec 3< <(exec Xvfb -displayfd 1 -screen 0 1400x900x24 -nolisten tcp 2>/dev/null)
screen=$!
# The desktop's accessibility bus keeps its socket in the cache folder. Whatever else comes there is ours, and an error.
cache=$(mktemp -d)
export XDG_CACHE_HOME=$cache
# Whatever the tests started ends with them: in a group of its own, and after a quarter of an hour at the latest.
tests=
trap 'kill -KILL -- "$screen" ${tests:+"-$tests"} 2>/dev/null || true; rm -rf "$cache"' EXIT
read -r number <&3
DISPLAY=:$number setsid timeout --kill-after=10 900 \
    dbus-run-session -- node --test --test-concurrency=1 "${files[@]}" &
tests=$!
wait "$tests"
kept=$(find "$cache" -mindepth 1 -maxdepth 1 ! -name at-spi)
[[ -z $kept ]] || {
    printf 'window tests: the window wrote to the cache folder:\n%s\n' "$kept" >&2
    exit 1
}
