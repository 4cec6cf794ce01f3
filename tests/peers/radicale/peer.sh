# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# Calendars and contacts in files, owned by the agent, for everybody else to read.

seed() { python3 "$peer/seed.py" "$data" "$story"; }

configure() {
    port=$(free_port)
    log=$dir/server.log
    sed -e "s|@PORT@|$port|" -e "s|@DATA@|$data|" "$peer/radicale.conf" >"$dir/radicale.conf"
    sed -e "s|@DATA@|$data|" "$peer/rights.conf" >"$dir/rights.conf"
    sed -i "s|@RIGHTS@|$dir/rights.conf|" "$dir/radicale.conf"
    server=("$venv/bin/radicale" --config "$dir/radicale.conf")
}

answers() { curl --silent --fail --max-time 5 "http://127.0.0.1:$port/.web/"; }
address() { printf '{"base": "http://127.0.0.1:%d/"}' "$port"; }
