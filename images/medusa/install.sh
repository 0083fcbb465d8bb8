#!/bin/sh
# Node from the base's own suite, which Debian keeps patched; and nothing to install packages with.
set -eu
node=$1
export DEBIAN_FRONTEND=noninteractive
groupadd --system --gid 1000 medusa
useradd --system --uid 1000 --gid 1000 --no-create-home --home-dir /home/medusa --shell /usr/sbin/nologin medusa
apt-get -q update
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 nodejs ca-certificates
case $(node --version) in
    "v$node".*) ;;
    *) echo "medusa image: expected Node $node.x, found $(node --version)" >&2; exit 1 ;;
esac
mkdir -p /usr/share/store-platform /home/medusa
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/* /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info \
    /usr/share/lintian /usr/share/nodejs/corepack
