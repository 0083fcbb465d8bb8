#!/bin/sh
# Do the programs run on this base, and is the chart whole?
set -eu
missing=$(ldd /usr/local/bin/provisioner 2>&1 | grep 'not found' || true)
if [ -n "$missing" ]; then
    echo "provisioner image: the binary was built on a newer system than the base image has libraries for; build it on Debian 13 or older:" >&2
    echo "$missing" >&2
    exit 1
fi
echo "helm $(/usr/local/bin/helm version --template '{{.Version}}')" >> /usr/share/store-platform/packages
dangling=$(find /opt/charts -xtype l)
[ -z "$dangling" ] || { echo "provisioner image: the chart links to what is not there: $dangling" >&2; exit 1; }
/usr/local/bin/helm show chart /opt/charts/store-instance > /dev/null
chmod -R go+rX /opt/charts
