#!/bin/sh
# Puts the image's root together: the program, the libraries that it names, and what the C library reads to find a host
# by its name. Then the program runs in there, so that nothing is missing.
set -eu
image=/image
program=/build/storefront
missing=$(ldd "$program" 2>&1 | grep 'not found' || true)
if [ -n "$missing" ]; then
    echo "storefront image: the binary was built on a newer system than the base image has libraries for; build it on Debian 13 or older:" >&2
    echo "$missing" >&2
    exit 1
fi
install -D -m 0755 "$program" "$image/usr/local/bin/storefront"
# `name => path (address)`, and the loader as a path alone.
ldd "$program" | sed -nE 's|.*=> (/[^ ]+) .*|\1|p; s|^[[:space:]]*(/[^ ]+) .*|\1|p' | sort -u | while read -r library; do
    install -D -m 0755 "$library" "$image$library"
done
install -d -m 0755 "$image/etc" "$image/usr/share/store-platform"
echo 'hosts: files dns' > "$image/etc/nsswitch.conf"
echo 'storefront:x:65532:65532::/:/usr/sbin/nologin' > "$image/etc/passwd"
echo 'storefront:x:65532:' > "$image/etc/group"
# What of Debian is in it, with its terms.
dpkg-query -W -f '${Package} ${Version}\n' libc6 libgcc-s1 > "$image/usr/share/store-platform/packages"
for package in libc6 libgcc-s1; do
    [ ! -e "/usr/share/doc/$package/copyright" ] || install -D -m 0644 "/usr/share/doc/$package/copyright" "$image/usr/share/doc/$package/copyright"
done
chroot "$image" /usr/local/bin/storefront --version
