#!/bin/sh
# Says where Prism is, the proxy that holds requests and answers against a contract; fetches it first where it is not
# there yet. Needs Node.js with npm.
set -eu
cd "$(dirname "$0")"

version=5.14.2
prism=$PWD/node_modules/.bin/prism
if [ "$("$prism" --version 2>/dev/null)" != "$version" ]; then
  npm install --silent --no-audit --no-fund --no-save --prefix . "@stoplight/prism-cli@$version" >&2
fi
echo "$prism"
