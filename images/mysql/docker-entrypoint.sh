#!/bin/bash
# Entry point with the official MySQL image's contract, made so that a kill at any moment loses nothing:
#
#   1. system tables   copied from the image (or made by `mysqld --initialize-insecure`);
#                      whole only when .store-platform/system-tables exists, else thrown away and made again.
#   2. accounts        root, the database and its user, by statements that can be repeated; the server executes them
#                      before it takes a connection. Done when .store-platform/accounts exists, which the last of
#                      these statements writes; until then they are executed at every start.
#
# A data directory without .store-platform that holds mysql.ibd was made elsewhere (the official image, a restore):
# it is taken as it is. Files that are no data directory at all are refused, never deleted.
set -euo pipefail

readonly MARKS=.store-platform
readonly PRISTINE=/usr/share/mysql/pristine
readonly SOCKET=/var/run/mysqld/mysqld.sock

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

# SQL literals. NO_BACKSLASH_ESCAPES is not set, so both the quote and the backslash are doubled.
text() { local s=${1//\\/\\\\}; printf "'%s'" "${s//\'/\'\'}"; }
name() { printf '`%s`' "${1//\`/\`\`}"; }

# One line: each statement of an init file stands on a line of its own.
refuse_newline() { case $2 in *$'\n'*) die "$1 holds a line break" ;; esac; }

account_statements() {
    local root_password root_host database user password
    root_password=$(value MYSQL_ROOT_PASSWORD)
    root_host=$(value MYSQL_ROOT_HOST '%')
    database=$(value MYSQL_DATABASE)
    user=$(value MYSQL_USER)
    password=$(value MYSQL_PASSWORD)
    if [ -z "$root_password" ] && [ -n "${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
        root_password=$(tr -dc 'A-Za-z0-9' < <(head -c 4096 /dev/urandom) | head -c 32)
        say "GENERATED ROOT PASSWORD: $root_password"
    fi
    if [ -z "$root_password" ] && [ -z "${MYSQL_ALLOW_EMPTY_PASSWORD:-}" ]; then
        die "no root password: set MYSQL_ROOT_PASSWORD, MYSQL_ROOT_PASSWORD_FILE, MYSQL_RANDOM_ROOT_PASSWORD or MYSQL_ALLOW_EMPTY_PASSWORD"
    fi
    [ "$user" != root ] || die "MYSQL_USER must not be root; use MYSQL_ROOT_PASSWORD"
    if [ -n "$user" ] && [ -z "$password" ]; then die "MYSQL_USER is set and MYSQL_PASSWORD is not"; fi
    # The server would log such a statement's error, leave the rest out, and go on.
    if [ "${#user}" -gt 32 ]; then die "MYSQL_USER is longer than 32 characters"; fi
    if [ "${#database}" -gt 64 ]; then die "MYSQL_DATABASE is longer than 64 characters"; fi
    if [ "${#root_host}" -gt 255 ]; then die "MYSQL_ROOT_HOST is longer than 255 characters"; fi
    local each
    for each in "$root_password" "$root_host" "$database" "$user" "$password"; do refuse_newline "an account variable" "$each"; done

    if [ -n "$root_host" ] && [ "$root_host" != localhost ]; then
        echo "CREATE USER IF NOT EXISTS 'root'@$(text "$root_host") IDENTIFIED BY $(text "$root_password");"
        echo "GRANT ALL ON *.* TO 'root'@$(text "$root_host") WITH GRANT OPTION;"
    fi
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS $(name "$database");"; fi
    if [ -n "$user" ]; then
        echo "CREATE USER IF NOT EXISTS $(text "$user")@'%' IDENTIFIED BY $(text "$password");"
        if [ -n "$database" ]; then echo "GRANT ALL ON $(name "${database//_/\\_}").* TO $(text "$user")@'%';"; fi
    fi
    # Last: until here a repeat still enters as root without a password over the socket.
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(text "$root_password");"
    if [ -n "${MYSQL_ONETIME_PASSWORD:-}" ]; then echo "ALTER USER 'root'@$(text "${root_host:-localhost}") PASSWORD EXPIRE;"; fi
}

# Options that give the data directory another shape: then the image's ready-made one does not fit.
shapes_data() {
    local each
    for each; do
        case ${each//_/-} in
            --lower-case-table-names*|--innodb-page-size*|--innodb-data-file-path*|--innodb-data-home-dir*|\
            --innodb-undo-directory*|--innodb-log-group-home-dir*|--innodb-checksum-algorithm*|--default-table-encryption*|\
            --early-plugin-load*|--innodb-directories*) return 0 ;;
        esac
    done
    return 1
}

data_dir() {
    local each
    for each; do case ${each//_/-} in --datadir=*) printf '%s' "${each#*=}"; return ;; esac; done
    printf '/var/lib/mysql'
}

# Everything but a file system's own lost+found.
empty() { [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ]; }
clear_out() { find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name "$MARKS" -exec rm -rf {} +; }

make_system_tables() {
    local data=$1; shift
    umask 0027
    mkdir -p "$data/$MARKS"
    rm -f "$data/$MARKS/accounts" "$data/$MARKS/system-tables"
    sync -f "$data/$MARKS"
    clear_out "$data"
    if [ -d "$PRISTINE" ] && ! shapes_data "$@"; then
        say "copying system tables"
        cp -R --no-preserve=ownership,mode "$PRISTINE"/. "$data"/
    else
        say "making system tables"
        # In a directory of its own: mysqld wants it empty, and the marks must be there first.
        mysqld "$@" --datadir="$data/$MARKS/new" --initialize-insecure
        (shopt -s dotglob; mv "$data/$MARKS/new"/* "$data"/)
        rmdir "$data/$MARKS/new"
    fi
    chmod 0750 "$data"  2>/dev/null || say "the data directory keeps the mode that its volume gave it"
    sync -f "$data"
    : > "$data/$MARKS/system-tables"
    sync -f "$data/$MARKS"
}

has_scripts() { compgen -G '/docker-entrypoint-initdb.d/*' > /dev/null; }

# Files of /docker-entrypoint-initdb.d, on a server without a network, as the official image does it.
run_scripts() {
    local data=$1; shift
    say "starting a server without a network for /docker-entrypoint-initdb.d"
    mysqld "$@" --skip-networking --socket="$SOCKET" --init-file=<(account_statements) &
    local server=$! file tries=0
    MYSQL_PWD=$(value MYSQL_ROOT_PASSWORD); export MYSQL_PWD
    until mysql -uroot --socket="$SOCKET" -e 'SELECT 1' > /dev/null 2>&1; do
        kill -0 "$server" 2>/dev/null || die "the server stopped; its log above says why"
        tries=$((tries + 1)); [ "$tries" -lt 600 ] || die "the server did not answer within 60 s"
        sleep 0.1
    done
    local database; database=$(value MYSQL_DATABASE)
    local -a client=(mysql -uroot --socket="$SOCKET" --comments)
    if [ -n "$database" ]; then client+=("$database"); fi
    for file in /docker-entrypoint-initdb.d/*; do
        say "running $file"
        case $file in
            *.sh) if [ -x "$file" ]; then "$file"; else bash "$file"; fi ;;
            *.sql) "${client[@]}" < "$file" ;;
            *.sql.gz) gunzip -c "$file" | "${client[@]}" ;;
            *) say "left alone: $file (known: .sh .sql .sql.gz)" ;;
        esac || die "$file failed; the database is made anew at the next start"
    done
    mysqladmin -uroot --socket="$SOCKET" shutdown
    wait "$server"
    unset MYSQL_PWD
    : > "$data/$MARKS/accounts"
    sync -f "$data/$MARKS"
}

main() {
    case ${1:-} in -*) set -- mysqld "$@" ;; esac
    if [ "${1:-mysqld}" != mysqld ]; then exec "$@"; fi
    shift || true
    local each
    for each; do case $each in --help|-\?|--verbose|--version|-V|--print-defaults) exec mysqld "$@" ;; esac; done

    local data; data=$(data_dir "$@")
    [ -w "$data" ] || die "$data is not writable by uid $(id -u); give the pod fsGroup 999 or the volume that owner"

    if [ ! -d "$data/$MARKS" ] && ! empty "$data"; then
        [ -e "$data/mysql.ibd" ] || die "$data holds files but no MySQL data directory; give an empty volume, or empty this one"
        exec mysqld "$@"
    fi
    # Scripts may not be repeatable: without the accounts mark they begin again on fresh tables.
    if [ ! -e "$data/$MARKS/system-tables" ] || { [ ! -e "$data/$MARKS/accounts" ] && has_scripts; }; then
        account_statements > /dev/null # what is wrong with the settings is said before anything is written
        make_system_tables "$data" "$@"
    fi
    if [ ! -e "$data/$MARKS/accounts" ] && has_scripts; then run_scripts "$data" "$@"; fi
    if [ -e "$data/$MARKS/accounts" ]; then exec mysqld "$@"; fi

    say "making accounts"
    local statements; statements=$(account_statements)
    # Read from a pipe: no file with passwords is left behind. For the life of this one process the server may
    # write into the directory of the marks, and nowhere else.
    exec 3< <(printf '%s\n%s\n' "$statements" "SELECT 'done' INTO OUTFILE $(text "$data/$MARKS/accounts");")
    exec mysqld "$@" --secure-file-priv="$data/$MARKS" --init-file=/dev/fd/3
}

main "$@"
