#!/bin/sh
# Installs the server and its client programs from the base's own suite, then removes what a running server never reads.
set -eu
version=$1
export DEBIAN_FRONTEND=noninteractive
# The ids of the official image, before the packages take others.
groupadd --system --gid 999 postgres
useradd --system --uid 999 --gid 999 --no-create-home --home-dir /var/lib/postgresql --shell /bin/bash postgres
apt-get -q update
found=$(apt-cache policy "postgresql-$version" | sed -n 's/^  Candidate: //p')
case $found in
    "$version".*) ;;
    *) echo "postgres image: expected PostgreSQL $version.x, found '$found' in the base image's suite; use a base of Debian trixie, or set the build argument POSTGRES_VERSION" >&2
       exit 1 ;;
esac
# Debian would make a database directory here and now.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 \
    "postgresql-$version" tzdata

# What is in the image, for scanners and for the record beside the archive.
mkdir -p /usr/share/store-platform
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages

# The real programs instead of Debian's perl wrappers.
for each in initdb pg_ctl postgres psql pg_dump pg_dumpall pg_restore pg_basebackup pg_isready pg_controldata pg_resetwal; do
    ln -sf "/usr/lib/postgresql/$version/bin/$each" "/usr/local/bin/$each"
done
# Trim. JIT pays for queries of seconds; a shop's take milliseconds, and its compiler is 130 MB.
rm -rf "/usr/lib/postgresql/$version/lib/bitcode" /usr/lib/postgresql/"$version"/lib/llvmjit* /usr/lib/*/libLLVM* /usr/lib/llvm-* /usr/lib/*/libz3*
rm -rf /usr/lib/x86_64-linux-gnu/perl* /usr/lib/aarch64-linux-gnu/perl* /usr/share/perl* /usr/lib/*/libperl.so* /usr/bin/perl* \
    /usr/share/postgresql-common /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info /usr/share/lintian /usr/share/i18n \
    /usr/share/bash-completion /usr/lib/*/gconv /usr/lib/locale/locale-archive /var/lib/apt /var/cache/apt /var/cache/debconf /var/log/* \
    /usr/bin/apt* /usr/lib/apt /usr/lib/*/libapt* /etc/apt/sources.list* /usr/share/debconf /usr/share/keyrings \
    /etc/ssl/private/* /etc/ssl/certs/ssl-cert-snakeoil.pem /var/lib/postgresql

mkdir -p /docker-entrypoint-initdb.d /var/lib/postgresql/data
rm -rf /run/postgresql && mkdir -p /run/postgresql
chown -R 999:999 /var/lib/postgresql /run/postgresql
chmod 0700 /var/lib/postgresql/data
chmod 1777 /run/postgresql
