#!/bin/sh
# The packages of the lock file, each with the content that its hash names; no package runs a script of its own.
set -eu
# How the building machine reaches the registry (its authorities, its cache), where it says so.
settings=/run/store-platform-npmrc
set -- ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
if [ -s "$settings" ]; then set -- "$@" --globalconfig="$settings"; fi
npm "$@"
# Exactly what package.json pins, whatever a registry answered.
node -e '
const { dependencies } = require("./package.json")
for (const [name, wanted] of Object.entries(dependencies)) {
  const { version } = require(`./node_modules/${name}/package.json`)
  if (version !== wanted) throw new Error(`medusa image: expected ${name} ${wanted}, found ${version}`)
}'
