#!/usr/bin/env bash
# Opens the window on a copy of the demo documents; where there is no display, does the main job in the terminal. `make
# run` builds the programs first.
#
# Everything goes to ${ATTACHE_DEMO_HOME:-target/demo-home}, which may be deleted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

attache=${CARGO_TARGET_DIR:-target}/release/attache
demo=${ATTACHE_DEMO_HOME:-target/demo-home}
export ATTACHE_RUNTIME=${ATTACHE_RUNTIME:-$PWD/runtime}

if [[ ! -d $demo/documents ]]; then
    mkdir -p "$demo"
    cp -R demo/documents "$demo/documents.new"
    mv "$demo/documents.new" "$demo/documents"
fi
echo "The documents of Northwind Robotics, a made-up company, are in $demo/documents."

watch_documents() {
    local watched
    watched=$("$attache" --home "$demo" source list)
    [[ $watched == *"$(realpath "$demo/documents")"* ]] || "$@" source add "$demo/documents" --collection Northwind
}

if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    watch_documents "$attache" --home "$demo"
    echo "Opening the window. Closing it, or Ctrl-C, ends Attaché."
    exec "${attache%/*}/attache-window" --home "$demo"
fi
echo "There is no display here, so this does the same job in the terminal."
echo

show() {
    local word
    printf '\n$ attache --home %s' "$demo"
    for word; do
        [[ $word != *" "* ]] || word="\"$word\""
        printf ' %s' "$word"
    done
    printf '\n'
    "$attache" --home "$demo" "$@"
}

watch_documents show
show index
show ask "Which bootloader do units need before 4.2 can be installed?"
show ask "When does Northwind send a replacement under the RMA policy?"
show ask "What is the parental leave policy for employees in Trondheim?"

cat <<END

Go on with:
  alias attache='$(realpath "$attache") --home $(realpath "$demo")'
  attache ask "What credit does the customer receive if availability falls below the level?"
  attache search "AMR-40X"
  attache status
  attache source add FOLDER        your own documents
  attache index --watch            stay up to date while files change
END
