#!/bin/sh
# What the last stage must be sure of: its Node runs the app's code, and every file can be read by uid 1000.
set -eu
chmod 0755 /usr/local/bin/store-*
cd /srv/medusa
[ -s golden.sql.gz ] && [ -s public/admin/index.html ]
NODE_ENV=production setpriv --reuid=1000 --regid=1000 --clear-groups node -e '
require("@medusajs/medusa/core-flows"); require("./setup/own"); require("pg")
'
unreadable=$(find . ! -readable -o -type l ! -exec test -e {} \; -print | head -n 1)
[ -z "$unreadable" ] || { echo "medusa image: cannot be read: $unreadable" >&2; exit 1; }
# npm's packages beside Debian's, by names that say which is which; what a package's own tests bring along is none.
find node_modules -path '*/test/*' -prune -o -regex '\(.*/\)?node_modules/\(@[^/]*/\)?[^/]*/package.json' -exec node -e '
const lines = new Set()
for (const file of process.argv.slice(1)) {
  const { name, version } = JSON.parse(require("fs").readFileSync(file, "utf8"))
  if (name && version) lines.add(`npm:${name} ${version}`)
}
console.log([...lines].join("\n"))
' {} + | LC_ALL=C sort -u > /usr/share/store-platform/packages.npm
