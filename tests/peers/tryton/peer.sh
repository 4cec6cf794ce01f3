# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# Tryton with parties and sales opportunities, and all that these need.

# Filling the database with the modules is most of the time.
patience=120

write_config() {
    sed -e "s|@PORT@|$1|" -e "s|@DATA@|$data|" "$peer/trytond.conf" >"$dir/trytond.conf"
    export TRYTOND_CONFIG=$dir/trytond.conf
}

seed() {
    write_config 8000
    # It takes the file for the sign that there is such a database.
    touch "$data/crm.sqlite"
    echo admin-pass-1 >"$dir/home/password"
    TRYTONPASSFILE=$dir/home/password "$venv/bin/trytond-admin" -d crm --email admin@northwind-robotics.com --all
    "$venv/bin/trytond-admin" -d crm --update party company sale_opportunity --activate-dependencies
    "$venv/bin/python" "$peer/seed.py" "$data" "$story"
}

configure() {
    port=$(free_port)
    log=$dir/server.log
    write_config "$port"
    server=("$venv/bin/trytond" --verbose)
}

# The first request makes it load all modules.
answers() {
    curl --silent --fail --max-time 60 --header "Authorization: bearer $(token)" \
        "http://127.0.0.1:$port/crm/rest/model/party.party?s=1"
}
token() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["accounts"]["agent"]["key"])' "$data/peer.json"; }
address() { printf '{"base": "http://127.0.0.1:%d/crm/rest/model/"}' "$port"; }
