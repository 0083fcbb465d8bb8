#!/bin/sh
# Is the plugin in the build context the one that was tested? Then everything gets the modes of read-only files.
set -eu
version=$1
expected=$(cut -d ' ' -f 1 /build/woocommerce.digest)
cd /out/html/wp-content/plugins/woocommerce
found=$(find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
if [ "$found" != "$expected" ]; then
    echo "woocommerce image: the plugin's content digest is $found, expected $expected (woocommerce.digest): this is not the WooCommerce $version that was tested" >&2
    exit 1
fi
if ! grep -q "^ \* Version: $version\$" woocommerce.php; then
    echo "woocommerce image: expected WooCommerce $version, found: $(grep -m 1 'Version:' woocommerce.php)" >&2
    exit 1
fi
chmod -R u=rwX,go=rX /out/html
