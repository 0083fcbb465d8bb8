#!/bin/sh
# The admin UI, then node_modules without what only that needed.
set -eu
export NODE_ENV=production MEDUSA_DISABLE_TELEMETRY=true HOME=/tmp
NODE_OPTIONS=--max-old-space-size=3072 node build-admin.js
[ -s public/admin/index.html ] || { echo "medusa image: the admin UI has no index.html" >&2; exit 1; }
node trim.js
node licences.js
# Medusa's migrations make a directory for each module that has none, which a store's read-only root would refuse.
for module in node_modules/@medusajs/*/dist; do mkdir -p "$module/migrations"; done
rm -rf .medusa build-admin.js trim.js licences.js licences.json
