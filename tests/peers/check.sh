#!/usr/bin/env bash
# Starts peers, uses each as a test would and ends it again. One line for each peer, with seconds.
#
#   tests/peers/check.sh [NAME…]     all, when none is named
#
# NAME/check.sh has the functions `reads` and `writes`, which succeed with the agent's account, `refused`, which succeeds when
# the read-only account could not write, and `logged`, which prints one pattern for each line that the server's log must hold.
set -euo pipefail

peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/attache-peers.XXXXXX")
chmod go+x "$work"
peer=
failed=0

main() {
    local names=("$@") name
    trap 'end_peer; rm -rf "$work"' EXIT
    [[ $# -gt 0 ]] || mapfile -t names < <(cd "$peers" && printf '%s\n' */peer.sh | cut -d / -f 1)
    for name in "${names[@]}"; do
        (check "$name") || failed=1
    done
    exit $failed
}

check() {
    local name=$1 started ended
    dir=$work/$name
    mkdir "$dir"
    chmod go+x "$dir"
    trap end_peer EXIT
    # shellcheck source=/dev/null
    source "$peers/$name/check.sh"
    coproc "$peers/start.sh" "$name" "$dir/peer" 2>"$dir/errors"
    # shellcheck disable=SC2153  # made by coproc
    peer=$COPROC_PID
    read -r line <&"${COPROC[0]}" || broken "did not start"
    expect reads "cannot be read"
    expect writes "cannot be written"
    expect refused "let the read-only account write"
    while read -r pattern; do
        grep -qE -- "$pattern" "$(field log)" || broken "has no \`$pattern\` in its log $(field log)"
    done < <(logged)

    started=${EPOCHREALTIME/[.,]/}
    eval "exec ${COPROC[1]}>&-"
    wait "$peer" || broken "ended with an error"
    ended=${EPOCHREALTIME/[.,]/}
    [[ -z $(left) ]] || broken "left processes: $(left)"
    printf '%-16s install %s s, seed %s s, start %s s, end %d.%d s\n' "$name" "$(seconds install)" "$(seconds seed)" \
        "$(seconds start)" $(((ended - started) / 1000000)) $(((ended - started) / 100000 % 10))
    trap - EXIT
}

broken() {
    printf '%-16s %s\n' "$name" "$*"
    sed 's/^/    /' "$dir"/errors "$dir"/answer 2>/dev/null | tail -n 40
    exit 1
}
expect() { "$1" >"$dir/answer" 2>&1 || broken "$2"; }
seconds() { sed -n "s/^$1 //p" "$dir/peer/times" | grep . || echo 0.0; }
# shellcheck disable=SC2329  # called at the end
end_peer() { [[ -z $peer ]] || kill "$peer" 2>/dev/null || true; }

# Processes that know this run by their arguments, environment, folder or files.
left() {
    local process
    for process in /proc/[0-9]*; do
        [[ ${process#/proc/} != "$$" && ${process#/proc/} != "$BASHPID" ]] || continue
        if grep -qsF "$dir/peer" "$process/cmdline" "$process/environ" ||
            find "$process/cwd" "$process/fd" -maxdepth 1 -lname "$dir/peer*" 2>/dev/null | grep -q .; then
            printf '%s (%s) ' "${process#/proc/}" "$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null | cut -c 1-60)"
        fi
    done
}

# --- For the checks of a peer ------------------------------------------------------------------------------------------

# A field of the line of JSON, by its path: `field accounts.agent.token`.
field() { python3 -c '
import functools, json, sys
print(functools.reduce(lambda at, key: at[key], sys.argv[2].split("."), json.loads(sys.argv[1])))' "$line" "$1"; }

# http METHOD PATH [DATA] [OPTION…]: a request to `base` whose answer goes to standard output; fails as the server does,
# except with `--no-fail-with-body`.
# shellcheck disable=SC2329  # called by what is sourced
http() {
    local method=$1 path=$2 data=${3-}
    shift "$(($# < 3 ? 2 : 3))"
    curl --silent --show-error --fail-with-body --globoff --max-time 60 --request "$method" \
        ${data:+--header "Content-Type: application/json" --data-binary "$data"} "$@" "$(field base)$path"
}

main "$@"
