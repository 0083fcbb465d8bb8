#!/bin/sh
# Apache's server and PHP with what WooCommerce asks for, from the base's own suite.
set -eu
php=$1
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
found=$(apt-cache policy "php$php-cli" | sed -n 's/^  Candidate: //p')
case $found in
    "$php".*) ;;
    *) echo "woocommerce image: expected PHP $php.x, found '$found' in the base image's suite; use a base of Debian trixie, or set the build argument PHP_VERSION" >&2
       exit 1 ;;
esac
# apache2-bin alone: the wrapper package brings perl, a start script and forty files of configuration.
apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 \
    apache2-bin media-types ca-certificates "libapache2-mod-php$php" "php$php-cli" "php$php-opcache" "php$php-mysql" \
    "php$php-gd" "php$php-intl" "php$php-curl" "php$php-mbstring" "php$php-xml" "php$php-zip" "php$php-bcmath"

mkdir -p /usr/share/store-platform
dpkg-query -W -f '${Package} ${Version}\n' > /usr/share/store-platform/packages

# Fixed names for what the configuration refers to.
ln -sf "/usr/lib/apache2/modules/libphp$php.so" /usr/lib/apache2/modules/libphp.so
rm -rf /etc/apache2 /var/www/html && mkdir -p /etc/apache2
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/* /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info /usr/share/lintian
