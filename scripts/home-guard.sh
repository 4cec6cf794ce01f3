#!/usr/bin/env bash
# Runs a command and fails when it touched the places where Attaché keeps a person's data.
#
#   scripts/home-guard.sh COMMAND [ARGUMENT]…
#   scripts/home-guard.sh --self-test
#
# Two nets: the command gets an empty home folder, and anything that appears in it is an error, because tests write to
# their own temporary folders only. And the real places are listed before and after, for a command that finds the real
# home by other means than the environment. Ends with the command's own status if nothing was touched, else with 99.
set -euo pipefail

real_home=${HOME:?}
touched=99

# Where Attaché keeps data on Linux and macOS. `attache-build` is the build cache, not data.
real_places() {
    local base
    for base in "${XDG_DATA_HOME:-$real_home/.local/share}" "${XDG_STATE_HOME:-$real_home/.local/state}" \
        "${XDG_CONFIG_HOME:-$real_home/.config}" "${XDG_CACHE_HOME:-$real_home/.cache}" \
        "$real_home/Library/Application Support" "$real_home/Library/Caches" "$real_home/Library/Preferences"; do
        [[ ! -d $base ]] || find "$base" -maxdepth 1 -iname '*attache*' ! -name attache-build
    done
}

# Every file and folder in the real places as `path  size  time of change`.
listing() {
    local place
    while IFS= read -r place; do
        find "$place" -exec "${details[@]}" {} +
    done < <(real_places) | LC_ALL=C sort
}
if stat --version >/dev/null 2>&1; then details=(stat --format '%n  %s  %y'); else details=(stat -f '%N  %z  %Fm'); fi

guard() {
    local folder before after created changed status=0
    folder=$(mktemp -d "${TMPDIR:-/tmp}/attache-home.XXXXXX")
    # shellcheck disable=SC2064  # the folder of now
    trap "rm -rf '$folder'" EXIT
    before=$(listing)
    # Cargo, rustup and the build cache stay where they are. The person's keyring is no place for tests.
    env ATTACHE_KEYRING=none HOME="$folder" USERPROFILE="$folder" \
        XDG_DATA_HOME="$folder/.local/share" XDG_STATE_HOME="$folder/.local/state" \
        XDG_CONFIG_HOME="$folder/.config" XDG_CACHE_HOME="$folder/.cache" \
        CARGO_HOME="${CARGO_HOME:-$real_home/.cargo}" RUSTUP_HOME="${RUSTUP_HOME:-$real_home/.rustup}" \
        ATTACHE_CACHE="${ATTACHE_CACHE:-${XDG_CACHE_HOME:-$real_home/.cache}/attache-build}" \
        "$@" || status=$?
    after=$(listing)
    created=$(find "$folder" -mindepth 1 ! -type d)
    [[ -n $created ]] || created=$(find "$folder" -mindepth 1)
    changed=$(comm -3 <(echo "$before") <(echo "$after") | sed -e 's/^\t//' -e 's/  .*//' | sort -u)
    if [[ -n $created ]]; then
        # shellcheck disable=SC2016  # the name as it is written
        report "wrote to the home folder it was given" "${created//"$folder"/'$HOME'}" "Tests use temporary folders."
        status=$touched
    fi
    if [[ -n $changed ]]; then
        report "changed the real data of Attaché" "$changed" \
            "If an Attaché of your own was running meanwhile, close it and run this again."
        status=$touched
    fi
    return "$status"
}

report() {
    printf 'home guard: the command %s:\n' "$1" >&2
    printf '%s\n' "$2" | sed -n '1,20s/^/  /p' >&2
    printf '%s\n' "$3" >&2
}

self_test() {
    local home place
    home=$(mktemp -d "${TMPDIR:-/tmp}/attache-guard.XXXXXX")
    # shellcheck disable=SC2064  # the folder of now
    trap "rm -rf '$home'" EXIT
    place=$home/.local/share/attache
    mkdir -p "$place" "$home/.cache/attache-build"
    echo kept >"$place/note"
    unset XDG_DATA_HOME XDG_STATE_HOME XDG_CONFIG_HOME XDG_CACHE_HOME

    expect 0 "" true
    expect 3 "" sh -c 'exit 3'
    expect 0 "" touch "$home/.cache/attache-build/entry" "$home/elsewhere"
    # shellcheck disable=SC2016  # variables of the inner shell, and a name as it is written
    {
        expect $touched '$HOME/.local/share/attache/new' sh -c 'mkdir -p ~/.local/share/attache && touch ~/.local/share/attache/new'
        expect $touched '$HOME/.config/other' sh -c 'mkdir -p "$XDG_CONFIG_HOME"; touch "$XDG_CONFIG_HOME/other"'
        expect $touched '$HOME/.cache' sh -c 'mkdir "$XDG_CACHE_HOME"'
    }
    expect $touched "$place/new" touch "$place/new"
    expect $touched "$place/note" sh -c "echo more >>'$place/note'"
    expect $touched "$place/note" touch -t 203001010000 "$place/note"
    expect $touched "$place/note" rm "$place/note"
    expect $touched "$home/.config/attache-test" mkdir -p "$home/.config/attache-test"
    echo "home guard: eight ways to touch a home folder are seen, three harmless commands pass"
}

# Runs this script on a command with the made-up real home, and compares its status and what it names.
expect() {
    local status=0 said
    said=$(HOME=$home bash "${BASH_SOURCE[0]}" "${@:3}" 2>&1) || status=$?
    if [[ $status -ne $1 || $said != *"$2"* ]]; then
        printf 'home guard: the self-test failed: %s ended with %s instead of %s and said:\n%s\n' \
            "${*:3}" "$status" "$1" "$said" >&2
        exit 1
    fi
}

case "${1:-}" in
--self-test) self_test ;;
"") sed -n '2,/^set/p' "${BASH_SOURCE[0]}" | sed '$d' && exit 1 ;;
*) guard "$@" ;;
esac
