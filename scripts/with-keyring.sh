#!/usr/bin/env bash
# Runs a command in a session of its own with a real keyring (GNOME's), for tests that keep credentials. The person's own
# keyring is left alone.
#
#   scripts/with-keyring.sh COMMAND [ARGUMENT]…
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/attache-session.XXXXXX")
trap 'rm -rf "$folder"' EXIT
mkdir -m 700 "$folder/run"

# Empty, and not only unset: cargo would set it to what `.cargo/config.toml` says. The words of the keyring's password are nobody's secret: it holds what tests made up.
# shellcheck disable=SC2016  # "$@" is of the inner shell
env --unset=DISPLAY --unset=WAYLAND_DISPLAY --unset=DBUS_SESSION_BUS_ADDRESS \
    ATTACHE_KEYRING= \
    XDG_RUNTIME_DIR="$folder/run" XDG_DATA_HOME="$folder/data" XDG_CONFIG_HOME="$folder/config" \
    dbus-run-session -- sh -c '
        printf "a password of these tests" |
            gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1
        exec "$@"' sh "$@"
