# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# Mailboxes by IMAP, and submission that hands every mail to a sink, which keeps it in DIR/sent and sends nothing.

packages=(dovecot-imapd dovecot-submissiond openssl)

seed() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$data/key.pem" -out "$data/certificate.pem" 2>/dev/null
    python3 "$peer/seed.py" "$data" "$story"
}

configure() {
    local user=dovecot
    [[ $EUID -eq 0 ]] || user=$(id -un)
    imap=$(free_port) imaps=$(free_port) submission=$(free_port) sink=$(free_port)
    sed -e "s|@DIR@|$dir|g" -e "s|@USER@|$user|g" -e "s|@GROUP@|$(id -gn "$user")|g" -e "s|@IMAP@|$imap|" -e "s|@IMAPS@|$imaps|" \
        -e "s|@SUBMISSION@|$submission|" -e "s|@SINK@|$sink|" "$peer/dovecot.conf" >"$dir/dovecot.conf"
    # Its sockets have long names of their own.
    run=$(mktemp -d "${TMPDIR:-/tmp}/attache-dovecot.XXXXXX")
    sed -i "s|@RUN@|$run|" "$dir/dovecot.conf"
    as_user "$user"
    chmod go+x "$run"
    [[ $EUID -ne 0 ]] || chown "$user:" "$run"
    server=("$BASH" "$peer/serve.sh" "$dir" "$run" "$sink" "$venv/bin/python" "${as[@]}")
}

answers() {
    [[ $(exec 3<>"/dev/tcp/127.0.0.1/$imap" && read -r -t 5 line <&3 && echo "$line") == "* OK"* ]] &&
        [[ $(exec 3<>"/dev/tcp/127.0.0.1/$submission" && read -r -t 5 line <&3 && echo "$line") == "220 "* ]] &&
        [[ $(exec 3<>"/dev/tcp/127.0.0.1/$sink" && read -r -t 5 line <&3 && echo "$line") == "220 "* ]]
}
address() {
    printf '{"host": "127.0.0.1", "imap": %d, "imaps": %d, "submission": %d, "certificate": "%s", "sent": "%s"}' \
        "$imap" "$imaps" "$submission" "$data/certificate.pem" "$dir/sent"
}
