# shellcheck shell=bash
ticket() { field seeded.tickets.4812.id; }
as() { printf 'Authorization: token %s' "$(field "accounts.$1.token")"; }

reads() { http GET "ticket/$(ticket)" '' --header "$(as agent)" | grep 'Firmware 4.2.1 update fails'; }
writes() {
    http PUT "ticket/$(ticket)" '{"Priority": 90}' --header "$(as agent)" | grep Priority &&
        http POST "ticket/$(ticket)/comment" '{"Content": "A note", "ContentType": "text/plain"}' --header "$(as agent)" |
        grep -i added &&
        http PUT "ticket/$(ticket)" '{"Priority": 91}' --header "$(as agent)" --header 'If-Match: "old"' \
            --no-fail-with-body --include | grep '412'
}
# It says 200 and means no.
refused() { http PUT "ticket/$(ticket)" '{"Priority": 10}' --header "$(as readonly)" --include | tr '\r\n' '  ' | grep '200 OK.*Permission Denied'; }
logged() {
    echo "\"GET /REST/2.0/ticket/$(ticket) HTTP/1.1\" 200"
    echo "\"PUT /REST/2.0/ticket/$(ticket) HTTP/1.1\" 412"
    echo "\"POST /REST/2.0/ticket/$(ticket)/comment HTTP/1.1\" 201"
}
