# shellcheck shell=bash
ticket() { field seeded.tickets.4812.id; }
as() { echo "$(field "accounts.$1.user"):$(field "accounts.$1.password")"; }
# Every change wants to know where the page came from, and which version is meant.
changing() {
    local origin method=$1 path=$2 data=$3
    origin=$(field base | cut -d / -f 1-3)
    shift 3
    http "$method" "$path" "$data" --header "Origin: $origin" --header "X-Requested-With: rest" "$@"
}
version() { http GET "data/issue/$(ticket)" '' --user "$(as agent)" --output /dev/null --dump-header - | sed -n 's/\r$//; s/^ETag: //Ip'; }

reads() { http GET "data/issue/$(ticket)" '' --user "$(as agent)" | grep 'Firmware 4.2.1 update fails'; }
writes() {
    changing PATCH "data/issue/$(ticket)" '{"priority": "1"}' --user "$(as agent)" --header "If-Match: $(version)" | grep '"priority"' &&
        changing PATCH "data/issue/$(ticket)" '{"priority": "2"}' --user "$(as agent)" --header 'If-Match: "old"' \
            --no-fail-with-body | grep 412
}
refused() {
    changing PATCH "data/issue/$(ticket)" '{"priority": "2"}' --user "$(as readonly)" --header "If-Match: $(version)" \
        --no-fail-with-body | grep 403
}
logged() {
    echo "\"GET /tracker/rest/data/issue/$(ticket) HTTP/1.1\" 200"
    echo "\"PATCH /tracker/rest/data/issue/$(ticket) HTTP/1.1\" 412"
    echo "\"PATCH /tracker/rest/data/issue/$(ticket) HTTP/1.1\" 403"
}
