#!/bin/sh
# Certificates of public authorities: stores may have certificates of Let's Encrypt, and the proof checks them.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 ca-certificates
groupadd --system --gid 65532 provisioner
useradd --system --uid 65532 --gid 65532 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin provisioner
mkdir -p /usr/share/store-platform
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/* /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info
