# shellcheck shell=bash disable=SC2154  # what check.sh sets
imap() { python3 "$peers/dovecot/check.py" "$line" "$1"; }
reads() { imap read; }
writes() { imap write; }
refused() { imap refused; }
logged() {
    echo '"cmd_name":"APPEND".*"tagged_reply_state":"OK"'
    echo '"cmd_name":"APPEND".*"tagged_reply_state":"NO"'
    echo 'smtp_server_transaction_finished'
}
