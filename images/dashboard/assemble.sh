#!/bin/sh
# Puts the image's root together: nginx, the libraries that it names, its configuration, and the files to serve.
# There is no shell in it, and nothing that could be run but the server.
set -eu
image=/image
root=$image/usr/share/store-platform/dashboard
install -D -m 0755 /usr/sbin/nginx "$image/usr/sbin/nginx"
# `name => path (address)`, and the loader as a path alone.
ldd /usr/sbin/nginx | sed -nE 's|.*=> (/[^ ]+) .*|\1|p; s|^[[:space:]]*(/[^ ]+) .*|\1|p' | sort -u > /build/libraries
while read -r library; do
    install -D -m 0755 "$library" "$image$library"
done < /build/libraries
install -D -m 0644 /etc/nginx/mime.types "$image/etc/nginx/mime.types"
install -D -m 0644 /build/nginx.conf "$image/etc/nginx/nginx.conf"
echo 'dashboard:x:101:101::/:/usr/sbin/nologin' > "$image/etc/passwd"
echo 'dashboard:x:101:' > "$image/etc/group"
install -d -m 0755 "$image/etc/store-platform/dashboard" "$root"
install -d -m 1777 "$image/tmp"
cp -R /build/dist/. "$root"
chmod -R u=rwX,go=rX "$root"

# What of Debian is in it, with its terms. A library may stand in the list under /lib and in the package under /usr/lib.
packages=$({ dpkg -S /usr/sbin/nginx /etc/nginx/mime.types; sed -E 's|.*/|*/|' /build/libraries | xargs -n 1 dpkg -S; } | grep -v '^diversion' | sed -E 's/: .*//; s/, /\n/g' | sed 's/:.*//' | sort -u)
# shellcheck disable=SC2086 # several names
dpkg-query -W -f '${Package} ${Version}\n' $packages > "$image/usr/share/store-platform/packages"
for package in $packages; do
    [ ! -e "/usr/share/doc/$package/copyright" ] || install -D -m 0644 "/usr/share/doc/$package/copyright" "$image/usr/share/doc/$package/copyright"
done
