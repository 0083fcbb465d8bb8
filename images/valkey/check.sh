#!/bin/sh
# After the trimming the server still starts as its user, keeps a value over a restart, and stops when it is told to.
set -eu
chmod 0755 /usr/local/bin/docker-entrypoint.sh
mkdir /tmp/check && chown 999:999 /tmp/check
ask() { valkey-cli -s /tmp/check/socket "$@"; }
start() {
    setpriv --reuid=999 --regid=999 --clear-groups docker-entrypoint.sh --port 0 --unixsocket /tmp/check/socket --dir /tmp/check --appendonly yes > /dev/null &
    server=$!
    until [ "$(ask PING 2> /dev/null)" = PONG ]; do kill -0 "$server"; sleep 0.1; done
}
start && ask SET a kept > /dev/null && kill "$server" && wait "$server"
start && found=$(ask GET a) && kill "$server" && wait "$server"
[ "$found" = kept ] || { echo "valkey image: the value did not outlive a restart: '$found'" >&2; exit 1; }
rm -rf /tmp/check
