#!/bin/sh
# Installs nginx from the base's own suite. What the image takes of it is assemble.sh's business.
set -eu
want=$1
export DEBIAN_FRONTEND=noninteractive
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
