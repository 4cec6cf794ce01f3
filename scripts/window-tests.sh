#!/usr/bin/env bash
# Tests in the real window: the debug build, a real webview, a screen and a session of their own.
#
#   scripts/window-tests.sh [FILE]   the tests of tests/window, or what another file does with a window
#
# `make test` builds the programs first; `ATTACHE_WINDOW` names another build of the window. A machine without the packages
# of scripts/system-packages.tsv is told so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for program in Xvfb WebKitWebDriver dbus-run-session openbox xdotool node; do
    type "$program" >/dev/null 2>&1 || {
        echo "window tests: \`$program\` is not installed. Run scripts/setup.sh, which installs it on Debian and Ubuntu." >&2
        exit 1
    }
done
files=("$@")
[[ $# -gt 0 ]] || files=(tests/window/*.test.mjs)
ATTACHE_WINDOW=$(realpath "${ATTACHE_WINDOW:-${CARGO_TARGET_DIR:-target}/debug/attache-window}")
export ATTACHE_WINDOW
export ATTACHE_RUNTIME=${ATTACHE_RUNTIME:-$PWD/runtime}
# Drawn by the processor: there is no graphics card to rely on. The webview's own sandbox wants more than a container has.
export LIBGL_ALWAYS_SOFTWARE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 GDK_BACKEND=x11
# Without it GTK makes a file for its settings in the home folder.
export GSETTINGS_BACKEND=memory
# A keyring of the session is not the tests' to write to.
export ATTACHE_KEYRING=none
unset WAYLAND_DISPLAY
# What is on the screen is also in a file, where it can be looked at without a request to the webview.
frames=$(mktemp -d)
export ATTACHE_SCREEN=$frames/Xvfb_screen0
exec 3< <(exec Xvfb -displayfd 1 -screen 0 1400x900x24 -fbdir "$frames" -nolisten tcp 2>/dev/null)
screen=$!
# The desktop's accessibility bus keeps its socket in the cache folder. Whatever else comes there is ours, and an error.
cache=$(mktemp -d)
export XDG_CACHE_HOME=$cache
# Tauri makes an empty folder for settings. A file would be ours, and an error.
data=$(mktemp -d)
export XDG_DATA_HOME=$data/data XDG_CONFIG_HOME=$data/config
# Whatever the tests started ends with them: in a group of its own, and after a quarter of an hour at the latest.
tests=
trap 'kill -KILL -- "$screen" ${tests:+"-$tests"} 2>/dev/null || true; rm -rf "$cache" "$data" "$frames"' EXIT
read -r number <&3
DISPLAY=:$number setsid timeout --kill-after=10 900 \
    dbus-run-session -- node --test --test-reporter=spec --test-concurrency=1 "${files[@]}" &
tests=$!
wait "$tests"
kept=$(
    find "$cache" -mindepth 1 -maxdepth 1 ! -name at-spi
    find "$data" -type f
)
[[ -z $kept ]] || {
    printf 'window tests: the window wrote outside its home:\n%s\n' "$kept" >&2
    exit 1
}
