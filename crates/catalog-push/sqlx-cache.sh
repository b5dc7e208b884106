#!/bin/sh
# Brings crates/catalog-push/.sqlx up to date. $1 is a superuser's URL of a scratch PostgreSQL, without a database:
# postgres://postgres:password@127.0.0.1:5432
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=catalog_sqlx_cache
psql() { command psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$@"; }

psql "$1/postgres" -c "drop database if exists $name" -c "create database $name"
psql "$1/postgres" <<'SQL'
do $$ begin create role catalog_owner nologin; exception when duplicate_object then null; end $$;
do $$ begin create role catalog_app login; exception when duplicate_object then null; end $$;
SQL
psql "$1/$name" <<'SQL'
create schema catalog authorization catalog_owner;
set role catalog_owner;
-- As sqlx makes it, before the first migration.
create table catalog._sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
);
SQL
for migration in "$here"/migrations/*.sql; do
    { echo 'set role catalog_owner;'; cat "$migration"; } | psql "$1/$name"
done

# The macros write one file for each query they see and take none away.
rm -rf "$here/.sqlx"
mkdir "$here/.sqlx"
touch "$here/src/lib.rs"
DATABASE_URL="$1/$name" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$here/.sqlx" cargo check --package catalog-push
# The crate `schema` is checked along with this one, and keeps its queries itself.
for query in "$here"/../schema/.sqlx/*; do
    rm -f "$here/.sqlx/${query##*/}"
done
psql "$1/postgres" -c "drop database $name"
