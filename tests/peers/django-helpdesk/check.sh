# shellcheck shell=bash
as() { printf 'Authorization: Token %s' "$(field "accounts.$1.token")"; }
ticket() { field seeded.tickets.4812.id; }

reads() { http GET "tickets/$(ticket)/" '' --header "$(as agent)" | grep 'Firmware 4.2.1 update fails'; }
writes() {
    http PATCH "tickets/$(ticket)/" '{"priority": 1}' --header "$(as agent)" | grep '"priority":1,' &&
        http POST followups/ "{\"ticket\": $(ticket), \"comment\": \"A note\"}" --header "$(as agent)" | grep '"A note"'
}
refused() {
    http PATCH "tickets/$(ticket)/" '{"priority": 5}' --header "$(as readonly)" --no-fail-with-body |
        grep 'do not have permission'
}
logged() {
    echo "\"GET /api/tickets/$(ticket)/ HTTP/1.1\" 200"
    echo "\"PATCH /api/tickets/$(ticket)/ HTTP/1.1\" 403"
    echo '"POST /api/followups/ HTTP/1.1" 201'
}
