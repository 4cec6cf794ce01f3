#!/usr/bin/env bash
# Scores the ranking on the questions about the demo documents. `make eval` builds the programs first.
#
#   scripts/eval.sh [FOLDER QUESTIONS [LEVEL]]    another set: its documents, its questions, `doc` or `page`
#
# The index is made anew in a temporary folder each time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

attache=${CARGO_TARGET_DIR:-target}/release/attache
documents=${1:-demo/documents}
questions=${2:-demo/questions.jsonl}
level=${3:-doc}
export ATTACHE_RUNTIME=${ATTACHE_RUNTIME:-$PWD/runtime}

home=$(mktemp -d "${TMPDIR:-/tmp}/attache-eval.XXXXXX")
trap 'rm -rf "$home"' EXIT
"$attache" --home "$home" source add "$documents" --collection Evaluation
"$attache" --home "$home" index
"$attache" --home "$home" eval "$questions" --level "$level"
