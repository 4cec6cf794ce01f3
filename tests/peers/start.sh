#!/usr/bin/env bash
# Installs, seeds and starts a real third-party server on this machine, for `make test-peers`.
#
#   tests/peers/start.sh NAME DIR
#
# NAME is a folder beside this script. DIR takes the data, the configuration and the logs; a DIR/data that is there already
# is used as it is, so that a test may start a server again on what it wrote. When the server answers, one line of JSON
# goes to standard output: `name`, `pid`, `base` or `host` and ports, `log`, `accounts`, `seeded`. It runs until standard input
# closes or a signal comes, and ends with everything it started. What it installs and seeds is kept in
# ${ATTACHE_CACHE:-${XDG_CACHE_HOME:-~/.cache}/attache-build}/peers and may be deleted.
#
# NAME/peer.sh says what is special about one. It sets `packages` (Debian's), may set `stop_signal` and `patience` (seconds
# until it answers), and has the functions
#   seed       fills $data, and leaves `accounts` and `seeded` in $data/peer.json; $story holds the demo company's records
#   configure  writes what depends on $dir and on ports, and sets `server`, a command that stays in the foreground
#   answers    succeeds as soon as the server does its work
#   address    prints `base` or its like as a JSON object
# NAME/requirements.txt, if there is one, is installed in $venv, NAME/package-lock.json in $modules.
set -euo pipefail

peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${ATTACHE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/attache-build}/peers
packages=()
server=()
stop_signal=TERM
patience=120
running=

main() {
    [[ $# -eq 2 && -f $peers/$1/peer.sh ]] ||
        fail "\`start.sh NAME DIR\` starts one of these: $(cd "$peers" && echo */peer.sh | sed 's|/peer.sh||g')."
    name=$1 peer=$peers/$1 cache=$cache/$1
    mkdir -p "$cache" "$2/home"
    dir=$(cd "$2" && pwd)
    data=$dir/data
    log=$dir/requests.log
    : >"$dir/times"
    trap stop EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
    # Each job in a process group of its own, which can be ended as a whole.
    set -m
    # shellcheck source=/dev/null
    source "$peer/peer.sh"
    venv=$cache/venv-$(key_of_venv)
    modules=$cache/node-$(key_of_modules)

    (prepare) >"$dir/prepare.log" 2>&1 </dev/null &
    running=$!
    wait "$running" || { quote "$dir/prepare.log" && fail "$name could not be made ready; its own words are above."; }
    export HOME=$dir/home
    configure
    started=$(now)
    # The server ends even if this script is killed and cannot end it.
    setpriv --pdeathsig TERM "${server[@]}" >>"$dir/server.log" 2>&1 </dev/null &
    running=$!
    wait_for_answer
    took start "$started"
    introduce
    stay
}

say() { printf 'peers: %s\n' "$*" >&2; }
fail() {
    say "$@"
    exit 1
}
quote() { tail -n 25 "$1" | sed 's/^/    /' >&2; }
now() { echo "${EPOCHREALTIME/[.,]/}"; }
took() { printf '%s %d.%d\n' "$1" $((($(now) - $2) / 1000000)) $((($(now) - $2) / 100000 % 10)) >>"$dir/times"; }

# --- Installing and seeding --------------------------------------------------------------------------------------------

prepare() {
    local begin fixture
    trap - EXIT
    exec 9>"$cache/.lock"
    flock 9
    begin=$(now)
    install_packages curl "${packages[@]}"
    install_python
    install_node
    took install "$begin"
    # Written last, so that what was begun and not finished is not taken for data.
    [[ ! -f $data/peer.json ]] || return 0
    [[ ! -e $data ]] || fail "$data is there and holds no seeded data. Delete it, or name another folder."

    begin=$(now)
    "$peers/story/story.py" >"$dir/story.json"
    fixture=$cache/seeded-$(key_of_fixture)
    if [[ ! -d $fixture ]]; then
        export story=$dir/story.json HOME=$dir/home
        mkdir "$data"
        seed
        rm -rf "$fixture.new"
        cp -a "$data" "$fixture.new"
        mv -T "$fixture.new" "$fixture"
        find "$cache" -maxdepth 1 \( -name 'seeded-*' -o -name 'venv-*' -o -name 'node-*' \) -mtime +30 -exec rm -rf {} +
    else
        cp -a --reflink=auto "$fixture" "$data"
    fi
    touch "$fixture"
    took seed "$begin"
}

key() { sha256sum | cut -c 1-16; }
key_of_venv() { { cat "$peer"/requirements*.txt && python3 --version; } 2>/dev/null | key || true; }
key_of_modules() { cat "$peer"/package*.json 2>/dev/null | key || true; }
# What the seeded data depend on: the peer's own files, the story, and the versions that wrote them.
key_of_fixture() {
    {
        find "$peer" -type f ! -name check.sh ! -path '*__pycache__*' -print0 | LC_ALL=C sort -z | xargs -0 cat
        cat "$dir/story.json"
        # shellcheck disable=SC2016  # the ${…} is dpkg's
        [[ ${#packages[@]} -eq 0 ]] || dpkg-query -W -f='${Package} ${Version}\n' "${packages[@]}"
    } | key
}

install_packages() {
    local missing as_root=()
    [[ $# -gt 0 ]] || return 0
    type dpkg-query apt-get >/dev/null 2>&1 ||
        fail "This is not Debian or Ubuntu. Install what these packages hold yourself and start it by hand: $*"
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $EUID -ne 0 ]]; then
        type sudo >/dev/null 2>&1 || fail "Installing needs an administrator. Run as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    # One at a time: `apt-get update` does not wait for another one.
    exec 8>"$cache/../.apt"
    flock 8
    "${as_root[@]}" apt-get update --quiet || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${missing[@]}" || installed_after_all "$@"
    exec 8>&-
}

missing_packages() {
    # shellcheck disable=SC2016  # the ${…} is dpkg's
    comm -23 <(printf '%s\n' "$@" | sort) <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed //p' | sort)
}

# A peer whose packages do not install by themselves says here what to do.
installed_after_all() { fail "apt-get could not install $*; its own words are above."; }

install_python() {
    [[ -f $peer/requirements.txt ]] || return 0
    [[ ! -f $venv/.ready ]] || { touch "$venv" && return 0; }
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --no-cache-dir --no-deps --require-hashes \
        --requirement "$peer/requirements.txt" || fail "pip could not fetch the packages; its own words are above."
    touch "$venv/.ready"
}

install_node() {
    [[ -f $peer/package-lock.json ]] || return 0
    [[ ! -f $modules/.ready ]] || { touch "$modules" && return 0; }
    type node npm >/dev/null 2>&1 || fail "$name needs Node.js 20 or newer; install it first."
    rm -rf "$modules"
    mkdir -p "$modules"
    cp "$peer"/package*.json "$peer/.npmrc" "$modules"
    (cd "$modules" && npm ci) || fail "npm could not fetch the packages; its own words are above."
    touch "$modules/.ready"
}

# --- Running -----------------------------------------------------------------------------------------------------------

# A port that is free, from below those that the system gives to outgoing connections.
free_port() {
    python3 - <<'END'
import random, socket
while True:
    port = random.randrange(20000, 32000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
END
}

# For servers that refuse to run as root: sets `as`, which runs a command as USER then. The data become USER's.
as_user() {
    as=()
    [[ $EUID -eq 0 ]] || return 0
    as=(setpriv --pdeathsig TERM --reuid "$1" --regid "$(id -g "$1")" --init-groups)
    chown -R "$1:" "$dir"
    chmod go+x "$dir"
    "${as[@]}" test -w "$dir" || fail "$name does not run as root, and \`$1\` cannot enter $dir. Use a folder directly below /tmp."
}

wait_for_answer() {
    local deadline=$((SECONDS + patience))
    until answers >/dev/null 2>&1; do
        kill -0 "$running" 2>/dev/null || { quote "$dir/server.log" && fail "$name ended by itself; its own words are above."; }
        ((SECONDS < deadline)) || { quote "$dir/server.log" && fail "$name did not answer within $patience s; its log ends as above."; }
        sleep 0.1
    done
}

introduce() {
    python3 - "$name" "$running" "$log" "$data/peer.json" "$(address)" <<'END'
import json, sys
name, pid, log, seeded, address = sys.argv[1:]
line = {"name": name, **json.loads(address), "pid": int(pid), "log": log, **json.load(open(seeded, encoding="utf-8"))}
print(json.dumps(line), flush=True)
END
}

# Until standard input closes. A server that ends meanwhile is an error.
stay() {
    local status
    while kill -0 "$running" 2>/dev/null; do
        status=0
        read -r -t 1 _ || status=$?
        ((status == 0 || status > 128)) || return 0
    done
    quote "$dir/server.log"
    fail "$name ended by itself; its own words are above."
}

stop() {
    local deadline=$((SECONDS + 10))
    trap '' TERM INT
    [[ -n $running ]] || return 0
    disown "$running" 2>/dev/null || true
    kill -s "$stop_signal" -- "-$running" 2>/dev/null || true
    while kill -0 -- "-$running" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
    kill -s KILL -- "-$running" 2>/dev/null || true
}

main "$@"
