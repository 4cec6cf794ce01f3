# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# Request Tracker with SQLite: the package's programs, with a configuration, a database and caches of our own.

packages=(request-tracker5 rt5-db-sqlite rt5-standalone starman curl)

# write_config PORT MAILS
write_config() {
    mkdir -p "$dir/rt/site.d" "$dir/rt/mason" "$dir/rt/sessions" "$2"
    sed -e "s|@PORT@|$1|g" -e "s|@DIR@|$dir|g" -e "s|@MAILS@|$2|g" "$peer/RT_SiteConfig.pm" >"$dir/rt/RT_SiteConfig.pm"
    chmod 600 "$dir/rt/RT_SiteConfig.pm"
    # Both, or what is in /etc counts as well.
    export RT_SITE_CONFIG=$dir/rt/RT_SiteConfig.pm RT_SITE_CONFIG_DIR=$dir/rt/site.d
}

seed() {
    write_config 80 "$dir/home/mails"
    rt-setup-database-5 --action init --skip-create
    perl "$peer/seed.pl" "$story" "$data/peer.json"
}

configure() {
    port=$(free_port)
    write_config "$port" "$dir/mails"
    server=(/usr/share/request-tracker5/libexec/rt-server --server Starman --host 127.0.0.1 --port "$port" --workers 2
        --access-log "$log")
}

answers() { curl --silent --fail --max-time 20 "http://127.0.0.1:$port/"; }
address() { printf '{"base": "http://127.0.0.1:%d/REST/2.0/"}' "$port"; }
