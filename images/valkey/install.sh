#!/bin/sh
# Installs the server and its client from the base's own suite, then removes what neither reads.
set -eu
want=$1
export DEBIAN_FRONTEND=noninteractive
groupadd --system --gid 999 valkey
useradd --system --uid 999 --gid 999 --no-create-home --home-dir /data --shell /usr/sbin/nologin valkey
apt-get -q update
found=$(apt-cache policy valkey-server | sed -n 's/^  Candidate: //p')
case $found in
    "$want".*) ;;
    *) echo "valkey image: expected Valkey $want.x, found '$found' in the base image's suite; use a base of Debian trixie, or set the build argument VALKEY_VERSION" >&2
       exit 1 ;;
esac
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 valkey-server
mkdir -p /usr/share/store-platform
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages
rm -rf /usr/bin/perl* /usr/lib/*/perl* /usr/share/perl* /usr/bin/valkey-benchmark /usr/share/doc /usr/share/man /usr/share/locale \
    /usr/share/info /usr/share/lintian /usr/share/bash-completion /usr/share/zoneinfo /usr/lib/*/gconv /var/lib/apt /var/cache/apt \
    /var/cache/debconf /var/log/* /usr/bin/apt* /usr/lib/apt /usr/lib/*/libapt* /etc/apt/sources.list* /usr/share/debconf \
    /usr/share/keyrings /etc/valkey /var/lib/valkey
mkdir -p /data && chown 999:999 /data
