# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# The demo documents as network folders: /files for the agent, the same again as /reading, in which nobody may write.

seed() { python3 "$peer/seed.py" "$data" "$peers/../../demo/documents"; }

configure() {
    port=$(free_port)
    log=$dir/server.log
    sed -e "s|@PORT@|$port|" -e "s|@DATA@|$data|" "$peer/wsgidav.yaml" >"$dir/wsgidav.yaml"
    server=("$venv/bin/wsgidav" --config "$dir/wsgidav.yaml")
}

answers() { curl --silent --fail --max-time 5 --user agent:agent-pass-1 "http://127.0.0.1:$port/files/"; }
address() { printf '{"base": "http://127.0.0.1:%d/files/"}' "$port"; }
