#!/bin/bash
# A data directory with nothing but the system tables and the time zones, copied at a store's first start:
# it saves the 3 s of `mysqld --initialize`. It holds no secret: no account but root@localhost without a password
# (set before the first connection is taken), no certificate, no server id.
set -euo pipefail
chmod 0755 /usr/local/bin/docker-entrypoint.sh
pristine=/usr/share/mysql/pristine
mkdir -p "$pristine" && chown 999:999 "$pristine"
as_mysql() { setpriv --reuid=999 --regid=999 --clear-groups "$@"; }
as_mysql mysqld --datadir="$pristine" --innodb-redo-log-capacity=8M --initialize-insecure
{
    echo 'USE mysql;'
    # Its complaints are about files there that are no time zones (leapseconds, tzdata.zi).
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2> /dev/null
} > /tmp/zones.sql
as_mysql mysqld --datadir="$pristine" --innodb-redo-log-capacity=8M --skip-networking --socket=/tmp/build.sock --pid-file=/tmp/build.pid --innodb-fast-shutdown=0 < /dev/null &
server=$!
until mysql -uroot --socket=/tmp/build.sock -e 'SELECT 1' > /dev/null 2>&1; do kill -0 "$server"; sleep 0.2; done
mysql -uroot --socket=/tmp/build.sock < /tmp/zones.sql
zones=$(mysql -uroot --socket=/tmp/build.sock -N -e 'SELECT COUNT(*) FROM mysql.time_zone_name')
mysqladmin -uroot --socket=/tmp/build.sock shutdown
wait "$server"
[ "$zones" -gt 300 ] || { echo "mysql image: expected more than 300 time zones, found '$zones'" >&2; exit 1; }
cd "$pristine"
# Each store makes its own; the double-write files are made anew at start.
rm -rf auto.cnf ./*.pem ./*.err ./*.dblwr '#innodb_temp' ibtmp1 /tmp/zones.sql
rm -rf /usr/bin/mysql_tzinfo_to_sql /usr/share/zoneinfo
chown -R 0:0 "$pristine" && chmod -R a+rX "$pristine"
du -sh "$pristine"
