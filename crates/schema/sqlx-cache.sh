#!/bin/sh
# Brings crates/schema/.sqlx up to date. $1 is a superuser's URL of a scratch PostgreSQL, without a database:
# postgres://postgres:password@127.0.0.1:5432
#
# What this crate asks is the catalogue alone: any database will do.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# The macros write one file for each query they see and take none away.
rm -rf "$here/.sqlx"
mkdir "$here/.sqlx"
touch "$here/src/lib.rs"
DATABASE_URL="$1/postgres" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$here/.sqlx" \
    cargo check --package schema --all-features
