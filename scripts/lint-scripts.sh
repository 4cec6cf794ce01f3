#!/usr/bin/env bash
# Checks every shell script: syntax always, shellcheck when it is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts=(scripts/*.sh .ci/run tests/peers/*.sh tests/peers/*/*.sh)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then
    shellcheck "${scripts[@]}"
else
    echo "lint: shellcheck is not installed, so shell scripts were checked for syntax only"
fi
