#!/bin/sh
# Lints the protos and holds them against those that are out: a change that breaks callers fails. Needs Node.js with
# npm, which fetches buf as the lock file says. Prints what it skips, and why.
set -eu
cd "$(dirname "$0")/../.."

buf=tools/buf/node_modules/.bin/buf
# Not `npm ci`: it refuses a lock file without the digests of other systems' programs, which not every registry has.
npm install --prefix tools/buf --no-save --silent
if ! "$buf" --version >/dev/null 2>&1; then
  echo "skipped: buf has no program for this system" >&2
  exit 0
fi
"$buf" format --diff --exit-code
"$buf" lint

# What is out: main, as far as this branch has it; on main itself, the commit before.
head=$(git rev-parse --verify --quiet HEAD 2>/dev/null) || head=
base=$(git merge-base HEAD main 2>/dev/null || git merge-base HEAD origin/main 2>/dev/null) || base=
if [ -z "$base" ] || [ "$base" = "$head" ]; then
  base=$(git rev-parse --verify --quiet HEAD^ 2>/dev/null) || base=
fi
if [ -z "$base" ]; then
  echo "skipped: breaking changes of the protos, as no commit is known to compare them with" >&2
  exit 0
fi
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$base" proto | tar -x -C "$before"
cp buf.yaml "$before"
"$buf" breaking --against "$before"
echo "the protos are sound, and break nobody who calls $(git rev-parse --short "$base")"
