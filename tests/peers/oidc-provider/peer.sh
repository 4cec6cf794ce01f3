# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# A certified OpenID provider, and a small system beside it that its tokens open. Nothing is kept: it begins anew each time.

seed() {
    printf '{"accounts": {"company": {"client": "attache-of-the-company"}, "secret": {"client": "attache-with-a-secret",
        "secret": "the-secret-of-the-program"}, "itself": {"client": "attache-itself",
        "secret": "the-secret-of-the-program"}}, "seeded": {"tickets": ["4812"]}}' >"$data/peer.json"
}

configure() {
    port=$(free_port)
    system=$(free_port)
    : >"$log"
    server=(env "MODULES=$modules" node "$peer/server.mjs" "$port" "$system" "$log")
}

answers() {
    curl --silent --fail --max-time 5 "http://127.0.0.1:$port/.well-known/openid-configuration"
    curl --silent --max-time 5 "http://127.0.0.1:$system/tickets"
}
address() { printf '{"base": "http://127.0.0.1:%d", "system": "http://127.0.0.1:%d"}' "$port" "$system"; }
