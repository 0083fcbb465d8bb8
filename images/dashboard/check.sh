#!/bin/bash
# What the build must be sure of before there is an image: in its own root, as its user, the server answers the page with
# its headers, the compressed files, the configuration, and says so when that is missing.
set -euo pipefail
image=/image
root=$image/usr/share/store-platform/dashboard
config=$image/etc/store-platform/dashboard/config.json
fail() { echo "dashboard image: $*" >&2; exit 1; }
[ -z "$(find "$root" -name '.*')" ] || fail "hidden files among what is served"
grep -q '<div id="root">' "$root/index.html" || fail "index.html is not the dashboard's"
[ -z "$(find "$image" -writable -not -type l -not -user root)" ] || fail "files that are not root's"

# Without curl: the base has none, and needs none.
ask() { # path, accepted encoding
    exec 3<> "/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: %s\r\nConnection: close\r\n\r\n' "$1" "${2:-identity}" >&3
    tr -d '\0' <&3
    exec 3>&-
}
expect() { # path, what must be in the answer, accepted encoding
    ask "$1" "${3:-}" > /build/answer
    grep -aqi -e "$2" /build/answer || { cat /build/answer >&2; fail "$1 lacks '$2'"; }
}

# Another port than the image's: a build may share the machine's network, where 8080 is everybody's.
port=$((20000 + RANDOM % 10000))
while (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((port + 1)); done
grep -q 'listen 8080;' "$image/etc/nginx/nginx.conf" || fail "nginx.conf does not listen on 8080"
sed "s/listen 8080;/listen 127.0.0.1:$port;/" "$image/etc/nginx/nginx.conf" > "$image/tmp/check.conf"

# A container's /dev/stdout is its user's; here a file stands for it.
mkdir "$image/dev" && install -m 0666 /dev/null "$image/dev/stdout"
chroot --userspec=101:101 "$image" /usr/sbin/nginx -e stderr -c /tmp/check.conf -g 'daemon off;' &
server=$!
until (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do kill -0 "$server" || fail "nginx did not start"; sleep 0.1; done
expect /health/live '200 OK'
expect /health/ready '503 Service'
echo '{"apiUrl":"/api","environment":"check"}' > "$config"
expect /health/ready '200 OK'
expect /config.json '"environment":"check"'
expect /config.json 'Cache-Control: no-cache'
expect / "Content-Security-Policy: default-src 'none'"
expect / 'Content-Type: text/html'
expect /stores/some 'Cache-Control: no-cache'
script=$(cd "$root" && find assets -name '*.js' -size +2k | sort | head -n 1)
expect "/$script" 'immutable'
expect "/$script" 'Content-Type: application/javascript'
expect "/$script" 'Content-Encoding: gzip' gzip
expect /assets/gone.js '404 Not Found'
expect /assets/gone.js 'Cache-Control: no-cache'
expect /api/v1/stores 'application/problem+json'
kill -QUIT "$server" && wait "$server"
grep -q '/stores/some' "$image/dev/stdout" || fail "requests are not logged"
rm -rf "$config" "$image/dev" "${image:?}"/tmp/*
