#!/bin/bash
# The golden dump: an empty database, Medusa's migrations, our seed. Made here and now with the packages of this image,
# so it can't drift from them. Then it is used: a store is set up from it twice, and an order placed.
set -euo pipefail
bin=$(echo /usr/lib/postgresql/*/bin)
data=/tmp/golden
export PGPASSWORD PGHOST=127.0.0.1 PGUSER=medusa PGPORT
# The build may share the machine's network: ports that are free, and a password that nobody knows.
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
PGPASSWORD=$(node -p 'require("crypto").randomBytes(24).toString("hex")')
PGPORT=$(free_port)
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }

install -d -o postgres -g postgres -m 0700 "$data"
install -o postgres -m 0600 /dev/null /tmp/golden.password
printf '%s\n' "$PGPASSWORD" > /tmp/golden.password
as_postgres "$bin/initdb" --pgdata="$data" --username=medusa --pwfile=/tmp/golden.password --auth=scram-sha-256 --encoding=UTF8 \
    --locale-provider=builtin --locale=C.UTF-8 --no-sync > /dev/null
as_postgres "$bin/pg_ctl" --pgdata="$data" --wait --silent --log=/tmp/golden/server.log \
    --options="-p $PGPORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp -c fsync=off" start
trap 'as_postgres "$bin/pg_ctl" --pgdata="$data" --wait --silent --mode=immediate stop; rm -rf "$data" /tmp/golden.password' EXIT

export NODE_ENV=production MEDUSA_DISABLE_TELEMETRY=true HOME=/tmp LOG_LEVEL=warn
export JWT_SECRET=build COOKIE_SECRET=build STORE_PUBLIC_URL=http://golden.invalid
medusa() { node node_modules/@medusajs/cli/cli.js "$@"; }
url() { printf 'postgres://medusa:%s@127.0.0.1:%s/%s' "$PGPASSWORD" "$PGPORT" "$1"; }

"$bin/createdb" golden
DATABASE_URL=$(url golden) medusa db:migrate
DATABASE_URL=$(url golden) medusa exec seed/seed.js
# Statements that any client can send; psql's own commands (\restrict) are left out.
dump() { "$bin/pg_dump" --no-owner --no-privileges --no-comments --inserts --rows-per-insert=500 "$@" | sed '/^\\/d'; }
dump golden | gzip -9n > golden.sql.gz

echo "medusa image: setting a store up from the golden dump"
"$bin/createdb" store
export DATABASE_URL STORE_ID=s00000000000 STORE_TITLE=Check STORE_ADMIN_EMAIL=owner@golden.invalid STORE_ADMIN_PASSWORD=$PGPASSWORD
export STORE_CURRENCY=EUR STORE_COUNTRY=DE STORE_SAMPLE_PRODUCTS=true PORT
export STORE_LOGIN_KEY; STORE_LOGIN_KEY=$(node -p 'require("crypto").randomBytes(32).toString("hex")')
export STORE_PUBLISHABLE_KEY="pk_$(printf '0%.0s' {1..64})" STORE_SECRET_KEY="sk_$(printf '0%.0s' {1..64})"
DATABASE_URL=$(url store) PORT=$(free_port)
node setup/store-setup.js
node setup/store-setup.js
# PostgreSQL writes the casts of an index's condition otherwise once it has read its own writing: casts are left out.
schema() { dump --schema=public --schema-only "$1" | sed -E 's/::(character varying|text)(\[\])?//g; s/[()]//g'; }
diff <(schema golden) <(schema store) ||
    { echo "medusa image: the restored tables differ from the migrated ones" >&2; exit 1; }

# Not by the function: the job would be a shell, and the signal below would not reach the server.
node --max-old-space-size=256 node_modules/@medusajs/cli/cli.js start --host 127.0.0.1 --port "$PORT" > /tmp/check.log 2>&1 &
server=$!
node /build/check.js "http://127.0.0.1:$PORT" || { cat /tmp/check.log >&2; exit 1; }
kill "$server" && wait "$server"
for each in event-bus-redis workflow-engine-redis cache-redis locking-redis file-s3; do
    node -e "require('@medusajs/medusa/$each')"
done
rm -rf seed static /tmp/check.log
mkdir static
chmod -R u=rwX,go=rX /srv/medusa
chown 1000:1000 static
