#!/usr/bin/env bash
# Runs the conformance suite of the Model Context Protocol against `tests/mcp_client.rs`, in a network of its own: the suite listens
# on every address of the machine.
#
#   tests/peers/mcp/conformance.sh [REQUIREMENTS]     # else 2026-07-28
#
# Wants node 22 or later and the right to make a network namespace.
set -euo pipefail

peer=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$peer/../../.." && pwd)
cache=${ATTACHE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/attache-build}/peers/mcp
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 22 ? 0 : 1)' || {
    echo "mcp: the suite wants node 22 or later, this is $(node --version)." >&2
    exit 1
}
mkdir -p "$cache"
cp "$peer/package.json" "$peer/package-lock.json" "$cache/"
(cd "$cache" && npm ci --no-audit --no-fund --ignore-scripts >&2)
(cd "$root" && cargo build --workspace --example mcp-client)
client=${CARGO_TARGET_DIR:-$root/target}/debug/examples/mcp-client
export cache client requirements=${1:-2026-07-28}
# shellcheck disable=SC2016  # for the inner shell
exec unshare --map-root-user --net bash -c 'ip link set lo up && cd "$cache" &&
    node_modules/.bin/conformance client --command "$client" --requirements "$requirements" -o "$cache/results"'
