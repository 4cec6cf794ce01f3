#!/usr/bin/env bash
# Dovecot and the sink behind it, until one of them ends: serve.sh DIR RUN SINK-PORT PYTHON [COMMAND…]
#
# COMMAND runs Dovecot as somebody who is not root.
set -euo pipefail
dir=$1 run=$2 sink=$3 python=$4
shift 4
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$run"' EXIT
trap 'exit 0' TERM INT
"$python" -m aiosmtpd --nosetuid --class aiosmtpd.handlers.Mailbox --listen "127.0.0.1:$sink" "$dir/sent" &
"$@" dovecot -F -c "$dir/dovecot.conf" &
wait -n
