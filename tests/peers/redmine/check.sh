# shellcheck shell=bash
ticket() { field seeded.tickets.4812.id; }
as() { printf 'X-Redmine-API-Key: %s' "$(field "accounts.$1.key")"; }

reads() { http GET "issues/$(ticket).json?include=journals" '' --header "$(as agent)" | grep 'Firmware 4.2.1 update fails'; }
writes() {
    http PUT "issues/$(ticket).json" '{"issue": {"notes": "A note", "priority_id": 4}}' --header "$(as agent)" --include | grep 204 &&
        http GET "issues/$(ticket).json?include=journals" '' --header "$(as agent)" | grep '"A note"'
}
refused() {
    http PUT "issues/$(ticket).json" '{"issue": {"notes": "No"}}' --header "$(as readonly)" --no-fail-with-body --include | grep 403
}
logged() {
    echo "\"GET /issues/$(ticket).json\?include=journals HTTP/1.1\" 200"
    echo "\"PUT /issues/$(ticket).json HTTP/1.1\" 204"
    echo "\"PUT /issues/$(ticket).json HTTP/1.1\" 403"
}
