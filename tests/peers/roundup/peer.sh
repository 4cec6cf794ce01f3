# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# The classic template with two more properties of an issue and a role that may only look.

administer() { "$venv/bin/roundup-admin" -i "$data/tracker" "$@"; }

seed() {
    local mail=mail_domain=northwind-robotics.com,mail_host=127.0.0.1,mail_debug=/dev/null
    administer install classic sqlite "tracker_web=http://127.0.0.1/tracker/,$mail"
    sed -i 's/status=Link("status"))/status=Link("status"), customer=String(), due=Date())/' "$data/tracker/schema.py"
    cat "$peer/reader.py" >>"$data/tracker/schema.py"
    echo y | administer initialise admin-pass-1
    "$venv/bin/python" "$peer/seed.py" "$data" "$story"
}

configure() {
    port=$(free_port)
    log=$dir/server.log
    # The address of its pages, which it also checks requests against; and mails go to a file.
    sed -i -e "/^\[tracker\]/,/^\[web\]/ s|^web = .*|web = http://127.0.0.1:$port/tracker/|" \
        -e "/^\[mail\]/,/^\[mailgw\]/ s|^debug = .*|debug = $dir/mails.txt|" "$data/tracker/config.ini"
    # It refuses root unless it is told to stay root.
    server=("$venv/bin/roundup-server" -u "$(id -un)" -n 127.0.0.1 -p "$port" "tracker=$data/tracker")
}

answers() { curl --silent --fail --max-time 5 "http://127.0.0.1:$port/tracker/"; }
address() { printf '{"base": "http://127.0.0.1:%d/tracker/rest/"}' "$port"; }
