#!/bin/bash
# What the build must be sure of before there is an image: after the trimming, a database can still be made, asked and
# dumped, by the entry point itself and as its user.
set -euo pipefail
chmod 0755 /usr/local/bin/docker-entrypoint.sh
data=/tmp/check && install -d -o 999 -g 999 -m 0700 "$data"
as_postgres() { setpriv --reuid=999 --regid=999 --clear-groups "$@"; }
export PGDATA=$data POSTGRES_PASSWORD=check POSTGRES_USER=shop LANG=C.UTF-8
# Not by the function: the job would be a shell, and the signal below would not reach the server.
setpriv --reuid=999 --regid=999 --clear-groups docker-entrypoint.sh postgres -c listen_addresses= < /dev/null &
server=$!
ask() { as_postgres psql --no-psqlrc -h /var/run/postgresql -U shop -d shop -Atc "$1"; }
until ask 'SELECT 1' > /dev/null 2>&1; do kill -0 "$server"; sleep 0.2; done
ask "CREATE EXTENSION pgcrypto; CREATE TABLE t (a text); INSERT INTO t VALUES ('x')" > /dev/null
found=$(ask "SELECT lower('Ä') || encode(digest('a', 'md5'), 'hex') FROM t")
[ "$found" = ä0cc175b9c0f1b6a831c399e269772661 ] || { echo "postgres image: unexpected answer '$found'" >&2; exit 1; }
as_postgres pg_dump -h /var/run/postgresql -U shop shop > /tmp/check.sql
grep -q 'CREATE TABLE public.t' /tmp/check.sql
kill -INT "$server" && wait "$server"
rm -rf "$data" /tmp/check.sql
