#!/bin/sh
# Brings crates/shop-ingest/.sqlx up to date. $1 is a superuser's URL of a scratch PostgreSQL, without a database:
# postgres://postgres:password@127.0.0.1:5432
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=ingest_sqlx_cache
psql() { command psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$@"; }

psql "$1/postgres" -c "drop database if exists $name" -c "create database $name"
psql "$1/$name" -c "create schema ingest_cache" -c "alter database $name set search_path = ingest_cache"
psql "$1/$name" <<'SQL'
-- As sqlx makes it, before the first migration.
create table _sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
);
SQL
for migration in "$here"/migrations/*.sql; do
    psql "$1/$name" --file "$migration"
done

# The macros write one file for each query they see and take none away.
rm -rf "$here/.sqlx"
mkdir "$here/.sqlx"
touch "$here/src/lib.rs"
DATABASE_URL="$1/$name" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$here/.sqlx" cargo check --package shop-ingest
# The crate `schema` is checked along with this one, and keeps its queries itself.
for query in "$here"/../schema/.sqlx/*; do
    rm -f "$here/.sqlx/${query##*/}"
done
psql "$1/postgres" -c "drop database $name"
