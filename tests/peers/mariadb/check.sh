# shellcheck shell=bash
sql() {
    mariadb --no-defaults --host=127.0.0.1 --port="$(field port)" --user="$(field "accounts.$1.user")" \
        --password="$(field "accounts.$1.password")" --verbose --execute="$2" "$(field database)" 2>&1
}
reads() { sql agent "select name, sla_uptime from customers where cust_id = 1" | grep 'Halden Logistics AS.*99.90'; }
writes() {
    sql agent "update customers set sla_uptime = 99.5, row_version = row_version + 1 where cust_id = 1 and row_version = 1;
        select row_count()" | tail -n 1 | grep 1
}
refused() { { sql readonly "delete from notes" || true; } | grep 'command denied'; }
# The number at the end is the result; 0 is success.
logged() {
    echo ',writer,127.0.0.1,.*,QUERY,crm,.update customers.*,0$'
    echo ',reader,127.0.0.1,.*,QUERY,crm,.delete from notes.*,1142$'
}
