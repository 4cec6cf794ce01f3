# shellcheck shell=bash
as() { echo "$(field "accounts.$1.user"):$(field "accounts.$1.password")"; }
new=agent/calendar/check.ics
event() {
    printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:check\r\nDTSTAMP:20260901T080000Z\r\n'
    printf 'DTSTART:20261001T080000Z\r\nDTEND:20261001T090000Z\r\nSUMMARY:Check\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
}
put() { http PUT "$new" '' --user "$(as "$1")" --header 'Content-Type: text/calendar' --data-binary "$(event)" "${@:2}" --include; }

reads() {
    http REPORT agent/calendar/ '<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
        <D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
        <C:time-range start="20261006T000000Z" end="20261007T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>' \
        --header 'Depth: 1' --user "$(as agent)" | grep 'Site visit Brevik'
}
writes() {
    put agent --header 'If-None-Match: *' | grep '201 Created' &&
        put agent --header 'If-None-Match: *' --no-fail-with-body | grep '412'
}
refused() { put readonly --no-fail-with-body | grep 403; }
logged() {
    echo "REPORT response status for '/agent/calendar/'.*: 207"
    echo "PUT response status for '/agent/calendar/check.ics'.*: 201"
    echo "PUT response status for '/agent/calendar/check.ics'.*: 403"
}
