#!/bin/sh
# Installs nginx from the base's own suite, then removes what serving files never reads.
set -eu
want=$1
export DEBIAN_FRONTEND=noninteractive
# The ids of the chart, before the packages take others.
groupadd --system --gid 101 dashboard
useradd --system --uid 101 --gid 101 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dashboard
apt-get -q update
found=$(apt-cache policy nginx | sed -n 's/^  Candidate: //p')
case $found in
    "$want".*) ;;
    *) echo "dashboard image: expected nginx $want.x, found '$found' in the base image's suite; use a base of Debian trixie, or set the build argument NGINX_VERSION" >&2
       exit 1 ;;
esac
# Nothing is started while it is installed.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod 0755 /usr/sbin/policy-rc.d
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 nginx

# What is in the image, for scanners and for the record beside the archive.
mkdir -p /usr/share/store-platform
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages

cp /etc/nginx/mime.types /tmp/mime.types
rm -rf /etc/nginx /etc/init.d/nginx /etc/logrotate.d/nginx /usr/share/nginx /var/www /var/lib/nginx /usr/lib/nginx/modules
mkdir -p /etc/nginx /etc/store-platform/dashboard
mv /tmp/mime.types /etc/nginx/mime.types
rm -rf /usr/sbin/policy-rc.d /usr/bin/perl* /usr/lib/*/perl* /usr/share/perl* /usr/share/doc /usr/share/man /usr/share/locale \
    /usr/share/info /usr/share/lintian /usr/share/bash-completion /usr/share/zoneinfo /usr/lib/*/gconv /var/lib/apt /var/cache/apt \
    /var/cache/debconf /var/log/* /usr/bin/apt* /usr/lib/apt /usr/lib/*/libapt* /etc/apt/sources.list* /usr/share/debconf \
    /usr/share/keyrings
