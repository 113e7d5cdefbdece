#!/bin/sh
# Rebuilds referral/edges/web/static/graphiql/ in a folder of its own, so no node_modules lands in the tree.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out="$here/../../referral/edges/web/static/graphiql"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.js* "$here"/*.mjs "$here"/*.css "$here"/.npmrc "$work"
cd "$work"
npm ci
node build.mjs "$out"
wc -c "$out"/*
