# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# The same CRM of the old kind in MariaDB, with the audit plugin, whose log has a result code for each statement.

packages=(mariadb-server)

common() {
    common=(mariadbd --no-defaults --datadir="$data/files" --socket="$dir/socket" --pid-file="$dir/mariadbd.pid"
        --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0)
    [[ $EUID -ne 0 ]] || common+=(--user=root)
}

seed() {
    local own=()
    [[ $EUID -ne 0 ]] || own=(--user=root)
    mariadb-install-db --no-defaults --datadir="$data/files" --auth-root-authentication-method=normal --skip-test-db "${own[@]}"
    common
    {
        echo 'create database crm character set utf8mb4; use crm;'
        "$peers/story/legacy.py" mariadb "$story"
        cat "$peer/roles.sql"
    } >"$dir/seed.sql"
    "${common[@]}" --skip-networking &
    until mariadb-admin --no-defaults --socket="$dir/socket" --user=root ping; do sleep 0.2; done
    mariadb --no-defaults --socket="$dir/socket" --user=root <"$dir/seed.sql"
    mariadb-admin --no-defaults --socket="$dir/socket" --user=root shutdown
    wait
    cp "$peer/peer.json" "$data/peer.json"
}

configure() {
    port=$(free_port)
    common
    server=("${common[@]}" --port="$port" --bind-address=127.0.0.1 --skip-name-resolve --plugin-load-add=server_audit
        --server-audit-logging=ON "--server-audit-events=CONNECT,QUERY" --server-audit-file-path="$log")
}

answers() { mariadb-admin --no-defaults --host=127.0.0.1 --port="$port" --user=reader --password=reader-pass-1 ping | grep alive; }
address() { printf '{"host": "127.0.0.1", "port": %d, "database": "crm"}' "$port"; }
