#!/bin/sh
# What the build must be sure of before there is an image: our PHP parses and takes no log-in token that it should not, PHP
# has what WooCommerce asks for, Apache takes its configuration, and nothing links to nowhere.
set -eu
chmod 0755 /usr/local/bin/store-*
chmod -R go+rX /usr/local/lib/store /etc/apache2
cd /var/www/html
# shellcheck disable=SC2044 # our own file names
for file in $(find wp-config.php wp-content/mu-plugins wp-content/themes/store-platform /usr/local/lib/store /usr/local/bin -name '*.php') /usr/local/bin/store-setup /usr/local/bin/store-cron; do
    php -l "$file" > /dev/null
done
php /build/login-token-check.php /var/www/html/wp-content/mu-plugins/store-platform/login-token.php
dangling=$(find . -xtype l)
[ -z "$dangling" ] || { echo "woocommerce image: links that lead nowhere: $dangling" >&2; exit 1; }
for extension in mysqli gd intl curl mbstring xml zip bcmath "Zend OPcache"; do
    php -m | grep -qxi "$extension" || { echo "woocommerce image: PHP lacks the extension $extension" >&2; exit 1; }
done
WEB_WORKERS=1 apache2 -t -f /etc/apache2/apache2.conf
