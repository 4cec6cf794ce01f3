# shellcheck shell=bash
as() { echo "$(field "accounts.$1.user"):$(field "accounts.$1.password")"; }

reads() {
    http PROPFIND 'Price%20lists/' '' --header 'Depth: 1' --user "$(as agent)" | grep 'Price%20list%202026-H2.xlsx' &&
        http GET 'Knowledge%20base/KB-0171%20Lost%20localisation.md' '' --user "$(as agent)" | grep E-310
}
writes() {
    http PUT check.txt '' --data-binary 'one' --user "$(as agent)" --include | grep '201 Created' &&
        http PUT check.txt '' --data-binary 'two' --header 'If-Match: "old"' --user "$(as agent)" --no-fail-with-body --include |
        grep '412'
}
refused() { http PUT ../reading/check.txt '' --data-binary 'no' --user "$(as readonly)" --no-fail-with-body --include | grep 403; }
# Paths without the folder they are served as.
logged() {
    echo '"PUT /check.txt".* -> 201'
    echo '"PUT /check.txt".* -> 412'
    echo '"PUT /check.txt".* -> 403'
}
