# shellcheck shell=bash disable=SC2034,SC2154,SC2164  # what start.sh reads and sets
# A CRM of the old kind in a database cluster of its own.

packages=(postgresql)
# The fast way to end, which does not wait for clients.
stop_signal=INT

programs() { find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1; }
user() { if [[ $EUID -eq 0 ]]; then echo postgres; else id -un; fi; }
psql_as() { "$bin/psql" --quiet --no-psqlrc --set ON_ERROR_STOP=1 --host "$dir/socket" --port 5432 --username owner "$@" >/dev/null; }

seed() {
    bin=$(programs)
    mkdir -p "$dir/socket"
    as_user "$(user)"
    cd "$dir"
    "${as[@]}" "$bin/initdb" --pgdata "$data/cluster" --username owner --auth-local trust --auth-host scram-sha-256 --encoding UTF8 \
        --locale C.UTF-8 --no-sync
    "${as[@]}" "$bin/pg_ctl" --pgdata "$data/cluster" --wait --log "$dir/seed.log" \
        --options "-c listen_addresses='' -c unix_socket_directories='$dir/socket'" start
    psql_as --dbname postgres --command 'create database crm'
    "$peers/story/legacy.py" postgresql "$story" >"$dir/legacy.sql"
    psql_as --dbname crm --file "$dir/legacy.sql"
    psql_as --dbname crm --file "$peer/roles.sql"
    "${as[@]}" "$bin/pg_ctl" --pgdata "$data/cluster" --wait --mode fast stop
    cp "$peer/peer.json" "$data/peer.json"
}

configure() {
    bin=$(programs)
    port=$(free_port)
    log=$dir/server.log
    mkdir -p "$dir/socket"
    as_user "$(user)"
    cd "$dir"
    server=("${as[@]}" "$bin/postgres" -D "$data/cluster" -p "$port" -c listen_addresses=127.0.0.1
        -c "unix_socket_directories=" -c log_statement=all -c log_line_prefix='%m %u@%d ' -c fsync=off)
}

answers() { "$bin/pg_isready" --host 127.0.0.1 --port "$port" --username writer --dbname crm; }
address() { printf '{"host": "127.0.0.1", "port": %d, "database": "crm"}' "$port"; }
