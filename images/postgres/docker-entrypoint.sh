#!/bin/bash
# Entry point with the official PostgreSQL image's contract, made so that a kill at any moment loses nothing.
#
# Everything that is done once (tables, accounts, database, /docker-entrypoint-initdb.d) is done in a directory beside,
# .store-platform/data, and marked there when it is complete. Then it is moved into place entry by entry, PG_VERSION
# last. So a directory with PG_VERSION is whole; one with the mark is moved on; anything else is thrown away and made
# again. A data directory that was made elsewhere (the official image, a restore) is taken as it is; files that are no
# data directory are refused, never deleted.
set -euo pipefail

readonly BESIDE=.store-platform
readonly SOCKETS=/var/run/postgresql

say() { printf '%s [entrypoint] %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }

# value NAME [DEFAULT]: the environment's NAME, or the content of the file that NAME_FILE names.
value() {
    local name=$1 file="${1}_FILE"
    if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
        die "both $name and $file are set; set one of them"
    fi
    if [ -n "${!file:-}" ]; then
        [ -r "${!file}" ] || die "$file names ${!file}, which cannot be read"
        printf '%s' "$(<"${!file}")"
    else
        printf '%s' "${!name:-${2:-}}"
    fi
}

# Everything but a file system's own lost+found and what is ours.
empty() { [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name "$BESIDE" -print -quit)" ]; }

# On a server without a network, as the official image does it.
run_scripts() {
    local user=$1 database=$2 file
    local -a client=(psql --no-psqlrc -v ON_ERROR_STOP=1 --host="$SOCKETS" --username="$user" --dbname="$database")
    for file in /docker-entrypoint-initdb.d/*; do
        [ -e "$file" ] || continue
        say "running $file"
        case $file in
            *.sh) if [ -x "$file" ]; then "$file"; else bash "$file"; fi ;;
            *.sql) "${client[@]}" --quiet --file="$file" ;;
            *.sql.gz) gunzip -c "$file" | "${client[@]}" --quiet ;;
            *) say "left alone: $file (known: .sh .sql .sql.gz)" ;;
        esac || die "$file failed; the database is made anew at the next start"
    done
}

make_data() {
    local data=$1 password user database method
    password=$(value POSTGRES_PASSWORD)
    user=$(value POSTGRES_USER postgres)
    database=$(value POSTGRES_DB "$user")
    method=$(value POSTGRES_HOST_AUTH_METHOD scram-sha-256)
    if [ -z "$password" ] && [ "$method" != trust ]; then
        die "no password: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE (or POSTGRES_HOST_AUTH_METHOD=trust, which lets everybody in)"
    fi
    case "$password$user$database" in *$'\n'*) die "an account variable holds a line break" ;; esac

    say "making the database"
    local -a extra=()
    read -ra extra <<< "$(value POSTGRES_INITDB_ARGS)"
    # Read from a pipe: no file with the password is left behind.
    exec 3< <(printf '%s\n' "$password")
    if [ -n "$password" ]; then extra+=(--pwfile=/dev/fd/3); fi
    initdb --pgdata="$data" --username="$user" --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 \
        --auth-local=trust --auth-host="$method" --data-checksums --no-sync --no-instructions \
        --set listen_addresses='*' --set unix_socket_directories="$SOCKETS" --set jit=off \
        --set shared_buffers=64MB --set max_wal_size=256MB --set password_encryption=scram-sha-256 \
        "${extra[@]}" > /dev/null
    exec 3<&-
    printf 'host all all all %s\n' "$method" >> "$data/pg_hba.conf"

    pg_ctl --pgdata="$data" --wait --silent --options="-c listen_addresses='' -c fsync=off -c logging_collector=off" start
    if [ "$database" != postgres ]; then
        # Names go in as psql variables, quoted by psql itself.
        psql --no-psqlrc -v ON_ERROR_STOP=1 --quiet --host="$SOCKETS" --username="$user" --dbname=postgres \
            -v database="$database" <<< 'CREATE DATABASE :"database";'
    fi
    PGUSER=$user PGHOST=$SOCKETS PGDATABASE=$database POSTGRES_USER=$user POSTGRES_DB=$database run_scripts "$user" "$database"
    pg_ctl --pgdata="$data" --wait --silent --mode=fast stop
}

move_into_place() {
    local from=$1 to=$2 entry
    chmod 0700 "$to" 2> /dev/null || say "the data directory keeps the mode that its volume gave it"
    while IFS= read -r -d '' entry; do
        mv "$entry" "$to"/
    done < <(find "$from" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -print0)
    sync -f "$to"
    mv "$from/PG_VERSION" "$to"/
    sync -f "$to"
}

main() {
    case ${1:-} in -*) set -- postgres "$@" ;; esac
    if [ "${1:-postgres}" != postgres ]; then exec "$@"; fi
    local each
    for each; do case $each in --help|-\?|--version|-V|--describe-config) exec "$@" ;; esac; done

    mkdir -p "$PGDATA" || die "$PGDATA cannot be made by uid $(id -u); give the pod fsGroup 999 or the volume that owner"
    [ -w "$PGDATA" ] || die "$PGDATA is not writable by uid $(id -u); give the pod fsGroup 999 or the volume that owner"
    local beside="$PGDATA/$BESIDE"
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        if [ ! -e "$beside/complete" ]; then
            empty "$PGDATA" || die "$PGDATA holds files but no PostgreSQL data directory; give an empty volume, or empty this one"
            rm -rf "$beside"
            mkdir -p "$beside"
            make_data "$beside/data"
            sync -f "$beside"
            : > "$beside/complete"
            sync -f "$beside"
        fi
        move_into_place "$beside/data" "$PGDATA"
    fi
    rm -rf "$beside"
    exec "$@"
}

main "$@"
