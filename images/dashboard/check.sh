#!/bin/bash
# What the build must be sure of before there is an image: as its user, without writing anywhere but /tmp, the server
# answers the page with its headers, the compressed files, the configuration, and says so when that is missing.
set -euo pipefail
root=/usr/share/store-platform/dashboard
config=/etc/store-platform/dashboard/config.json
fail() { echo "dashboard image: $*" >&2; exit 1; }
find "$root" -name '.*' -print -quit | grep -q . && fail "hidden files among what is served"
grep -q '<div id="root">' "$root/index.html" || fail "index.html is not the dashboard's"
chmod -R go+rX,go-w "$root" /etc/nginx

# A build may share the machine's network, where 8080 is a cluster's: the same configuration on a port that is free.
port=8080
while (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((20000 + RANDOM % 10000)); done
sed "s/listen 8080;/listen 127.0.0.1:$port;/" /etc/nginx/nginx.conf > /tmp/check.conf
grep -q "listen 127.0.0.1:$port;" /tmp/check.conf || fail "nginx.conf does not listen on 8080"
chmod 0644 /tmp/check.conf

# Without curl: the base has none, and needs none.
ask() {
    exec 3<> "/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: %s\r\nConnection: close\r\n\r\n' "$1" "${2:-identity}" >&3
    tr -d '\0' <&3
    exec 3>&-
}
expect() { # path, what must be in the answer, accepted encoding
    ask "$1" "${3:-}" > /tmp/answer 2> /dev/null
    grep -aqi -e "$2" /tmp/answer || { cat /tmp/answer >&2; fail "$1 lacks '$2'"; }
}

# A pipe of its own for the log: the build's belongs to root, where a container's belongs to its user.
setpriv --reuid=101 --regid=101 --clear-groups bash -c "exec nginx -c /tmp/check.conf -g 'daemon off;' > >(cat > /dev/null)" &
server=$!
until (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do kill -0 "$server" || fail "nginx did not start"; sleep 0.1; done
expect /health/live '200 OK'
expect /health/ready '503 Service'
echo '{"apiUrl":"/api","environment":"check"}' > "$config"
expect /health/ready '200 OK'
expect /config.json '"environment":"check"'
expect /config.json 'Cache-Control: no-cache'
expect / "Content-Security-Policy: default-src 'none'"
expect /stores/some 'Cache-Control: no-cache'
script=$(cd "$root" && ls assets/*.js | head -n 1)
expect "/$script" 'immutable'
expect "/$script" 'Content-Encoding: gzip' gzip
expect /assets/gone.js '404 Not Found'
expect /assets/gone.js 'Cache-Control: no-cache'
expect /api/v1/stores 'application/problem+json'
kill -QUIT "$server" && wait "$server"
rm -rf "$config" /tmp/* /var/log/*
