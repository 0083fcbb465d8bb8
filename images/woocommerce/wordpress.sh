#!/bin/sh
# WordPress from Debian sid, as plain files under /out/html.
#
# The package is architecture-independent and full of links into other packages (PHPMailer, getid3, scripts).
# Unpacked alone it looks whole, installs, shows the shop, and answers 500 at checkout. So: the packages that the
# links lead into are unpacked beside it, links are followed, and one that leads nowhere stops the build.
set -eu
want=$1
packages="wordpress wordpress-theme-twentytwentyfive libjs-cropper libjs-jquery-ui libjs-jquery libjs-lodash libjs-underscore libphp-phpmailer php-getid3"

if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
else
    mirror=$(sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' /etc/apt/sources.list | head -n 1)
fi
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo "deb $mirror sid main" > /etc/apt/sources.list.d/sid.list
apt-get -q update
found=$(apt-cache policy wordpress | sed -n 's/^  Candidate: //p')
case $found in
    "$want".*) ;;
    *) echo "woocommerce image: expected WordPress $want.x, found '$found' in Debian sid at $mirror; set the build argument WORDPRESS_VERSION after running the end-to-end tests with it" >&2
       exit 1 ;;
esac

mkdir -p /build/debs /build/root /out
cd /build/debs
# shellcheck disable=SC2086 # a list of words
apt-get -q download -o APT::Sandbox::User=root $packages
for deb in *.deb; do
    dpkg -x "$deb" /build/root
    dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb"
done | sort > /out/packages

# Links to places of a running Debian system, not into packages: the web server's own rules, and the CA bundle,
# which WordPress uses for every outgoing request.
rm -f /build/root/usr/share/wordpress/.htaccess
ca=/usr/share/wordpress/wp-includes/certificates/ca-bundle.crt
rm -f "/build/root$ca"
rm -rf /build/root/var/lib/wordpress/wp-content/themes
dangling=$(find /build/root/usr/share/wordpress /build/root/var/lib/wordpress -xtype l)
if [ -n "$dangling" ]; then
    echo "woocommerce image: WordPress $found links into a package that wordpress.sh does not list:" >&2
    echo "$dangling" >&2
    exit 1
fi

cp -RL /build/root/usr/share/wordpress /out/html
ln -s /etc/ssl/certs/ca-certificates.crt /out/html/wp-includes/certificates/ca-bundle.crt
cd /out/html
rm -rf wp-config.php wp-config-sample.php readme.html wp-content/plugins/akismet wp-content/languages
mkdir -p wp-content/plugins wp-content/mu-plugins wp-content/themes wp-content/uploads
chown 33:33 wp-content/uploads
