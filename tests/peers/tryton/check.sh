# shellcheck shell=bash
as() { printf 'Authorization: bearer %s' "$(field "accounts.$1.key")"; }
party() { field 'seeded.parties.Halden Logistics AS'; }

reads() { http GET "party.party/$(party)?f=name&f=code" '' --header "$(as agent)" | grep 'Halden Logistics AS'; }
writes() {
    http PUT "party.party/$(party)" '{"name": "Halden Logistics AS, Moss"}' --header "$(as agent)" &&
        http GET "party.party/$(party)?f=name" '' --header "$(as agent)" | grep 'Halden Logistics AS, Moss'
}
refused() {
    http PUT "party.party/$(party)" '{"name": "No"}' --header "$(as readonly)" --no-fail-with-body --include |
        grep -E 'HTTP/1.1 40[03]'
}
# It colours the lines of requests that failed.
logged() {
    echo "\"GET /crm/rest/model/party.party/$(party)\?f=name&f=code HTTP/1.1\" 200"
    echo "PUT /crm/rest/model/party.party/$(party) HTTP/1.1.* 400"
}
