# shellcheck shell=bash
sql() {
    PGPASSWORD=$(field "accounts.$1.password") psql --no-psqlrc --host 127.0.0.1 --port "$(field port)" --dbname "$(field database)" \
        --username "$(field "accounts.$1.user")" --command "$2"
}
reads() { sql agent "select name, sla_uptime from customers where cust_id = 1" | grep 'Halden Logistics AS *| *99.90'; }
writes() {
    sql agent "update customers set sla_uptime = 99.5, row_version = row_version + 1 where cust_id = 1 and row_version = 1" |
        grep 'UPDATE 1'
}
refused() { { sql readonly "delete from notes" 2>&1 || true; } | grep 'permission denied'; }
logged() {
    echo 'writer@crm LOG: .*update customers'
    echo 'reader@crm ERROR: .*permission denied for table notes'
}
