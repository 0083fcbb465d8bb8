#!/bin/sh
# What puts the app together: Node with npm, and the PostgreSQL that makes the golden dump.
set -eu
node=$1 postgres=$2
export DEBIAN_FRONTEND=noninteractive
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get -q update
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 \
    nodejs npm "postgresql-$postgres"
case $(node --version) in
    "v$node".*) ;;
    *) echo "medusa image: expected Node $node.x, found $(node --version) in the base image's suite; use a base of Debian trixie, or set the build argument NODE_VERSION after measuring" >&2
       exit 1 ;;
esac
