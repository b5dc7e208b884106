#!/bin/sh
# Brings the query cache of a crate that names its schema up to date: tools/sqlx-cache.sh ledger ledger "$ADMIN". $1 is the
# crate, $2 its schema, $3 a superuser's URL of a scratch PostgreSQL, without a database:
# postgres://postgres:password@127.0.0.1:5432
set -eu

crate=$(cd "$(dirname "$0")/../crates/$1" && pwd)
package=$1
schema=$2
admin=$3
name=${schema}_sqlx_cache
psql() { command psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$@"; }

psql "$admin/postgres" -c "drop database if exists $name" -c "create database $name"
psql "$admin/postgres" <<SQL
do \$\$ begin create role ${schema}_owner nologin; exception when duplicate_object then null; end \$\$;
do \$\$ begin create role ${schema}_app login; exception when duplicate_object then null; end \$\$;
SQL
psql "$admin/$name" <<SQL
create schema $schema authorization ${schema}_owner;
set role ${schema}_owner;
-- As sqlx makes it, before the first migration.
create table $schema._sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
);
SQL
for migration in "$crate"/migrations/*.sql; do
    { echo "set role ${schema}_owner;"; cat "$migration"; } | psql "$admin/$name"
done

# The macros write one file for each query they see and take none away.
rm -rf "$crate/.sqlx"
mkdir "$crate/.sqlx"
touch "$crate/src/lib.rs"
DATABASE_URL="$admin/$name" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$crate/.sqlx" cargo check --package "$package"
# The crate `schema` is checked along with this one, and keeps its queries itself.
for query in "$crate"/../schema/.sqlx/*; do
    rm -f "$crate/.sqlx/${query##*/}"
done
psql "$admin/postgres" -c "drop database $name"
