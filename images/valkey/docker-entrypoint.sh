#!/bin/sh
# The official image's contract: options or a configuration file alone mean the server; VALKEY_EXTRA_FLAGS is added.
# The server listens to its peers without a password unless the configuration sets one, as the official image does:
# who may reach it is the NetworkPolicy's.
set -eu
case ${1:-} in
    -*|*.conf) set -- valkey-server "$@" ;;
esac
if [ "${1:-}" != valkey-server ]; then exec "$@"; fi
shift
umask 0077
case ${1:-} in
    # A configuration file stands first, before every option.
    *.conf) file=$1; shift; set -- "$file" --protected-mode no "$@" ;;
    *) set -- --protected-mode no "$@" ;;
esac
# shellcheck disable=SC2086 # several flags in one variable, as in the official image
exec valkey-server "$@" ${VALKEY_EXTRA_FLAGS:-}
