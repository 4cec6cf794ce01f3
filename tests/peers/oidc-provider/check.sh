# shellcheck shell=bash
token() {
    curl --silent --fail-with-body --max-time 10 "$(field base)/token" --data grant_type=client_credentials \
        --data "client_id=$(field accounts.itself.client)" --data "client_secret=$(field accounts.itself.secret)" \
        --data "scope=tickets:read" --data "resource=$(field system)" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}
ask() { curl --silent --max-time 10 --request "$1" "$(field system)/tickets" --header "Authorization: Bearer $2" --write-out ' %{http_code}'; }

reads() { ask GET "$(token)" | grep 'Gripper drops boxes.* 200'; }
writes() { http POST /reg '{"redirect_uris": ["http://127.0.0.1/callback"], "application_type": "native",
    "token_endpoint_auth_method": "none"}' | grep client_id; }
refused() { ask GET wrong | grep 401 && ask POST "$(token)" | grep 403; }
logged() {
    echo 'provider POST /token client_credentials 200'
    echo 'system GET /tickets 200'
    echo 'system POST /tickets 403'
}
