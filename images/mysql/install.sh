#!/bin/sh
# Installs the server and three client programs from Debian sid, then removes what a running server never reads.
set -eu
want=$1

# sid beside the base's own suite, from the same mirror, at a priority that only an explicit request reaches.
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
else
    mirror=$(sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' /etc/apt/sources.list | head -n 1)
fi
echo "deb $mirror sid main" > /etc/apt/sources.list.d/sid.list
printf 'Package: *\nPin: release n=sid\nPin-Priority: 100\n' > /etc/apt/preferences.d/sid

export DEBIAN_FRONTEND=noninteractive
groupadd --system --gid 999 mysql
useradd --system --uid 999 --gid 999 --no-create-home --home-dir /var/lib/mysql --shell /usr/sbin/nologin mysql
apt-get -q update
found=$(apt-cache policy mysql-server-core | sed -n 's/^  Candidate: //p')
case $found in
    "$want".*) ;;
    *) echo "mysql image: expected MySQL $want.x, found '$found' in Debian sid at $mirror; set the build argument MYSQL_VERSION after checking its release notes" >&2
       exit 1 ;;
esac
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 -t sid \
    mysql-server-core mysql-client-core tzdata

# What is in the image, for scanners and for the record beside the archive.
mkdir -p /usr/share/store-platform
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages

# Trim. Kept: mysqld, mysql, mysqladmin, mysqldump, mysqlbinlog (back-up and point-in-time restore), English messages.
cd /usr/bin
rm -f ibd2sdi innochecksum my_print_defaults myisam* mysql_config_editor mysql_migrate_keyring \
    mysql_secure_installation mysqlcheck mysqld_multi mysqld_safe mysqldumpslow mysqlimport mysqlshow mysqlslap perror perl* cpan* \
    corelist enc2xs encguess h2ph h2xs instmodsh json_pp libnetcfg piconv pl2pm pod* prove ptar* shasum splain streamzip xsubpp zipdetails
find /usr/share/mysql -mindepth 1 -maxdepth 1 -type d ! -name english ! -name charsets -exec rm -rf {} +
cd /usr/lib/mysql/plugin
rm -f group_replication.so component_telemetry.so telemetry_client.so authentication_* component_keyring_* \
    component_test_* test_* libtest_* mock_* qa_* pfs_example* daemon_example* rewrite_example* ha_example* component_pfs_example*
rm -rf /usr/lib/x86_64-linux-gnu/perl* /usr/lib/aarch64-linux-gnu/perl* /usr/share/perl* /usr/lib/*/libperl.so* \
    /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info /usr/share/lintian /usr/share/bash-completion \
    /usr/lib/*/gconv /usr/share/zoneinfo/right /var/lib/apt /var/cache/apt /var/cache/debconf /var/log/* \
    /usr/bin/apt* /usr/lib/apt /usr/lib/*/libapt* /etc/apt/sources.list* /usr/share/debconf /usr/share/keyrings

mkdir -p /docker-entrypoint-initdb.d /etc/mysql/conf.d /var/lib/mysql /var/lib/mysql-files
rm -rf /run/mysqld && mkdir -p /run/mysqld
chown 999:999 /var/lib/mysql /run/mysqld /var/lib/mysql-files
chmod 1777 /run/mysqld
