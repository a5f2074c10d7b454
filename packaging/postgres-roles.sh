#!/bin/sh
# First start of the database container: the same two roles as embedded (neither is a superuser).
set -eu
psql --set ON_ERROR_STOP=1 --set owner="$SC_PG_OWNER_PASSWORD" --set app="$SC_PG_APP_PASSWORD" \
  --username postgres <<'SQL'
CREATE ROLE sc_owner LOGIN CREATEDB PASSWORD :'owner';
CREATE ROLE sc_app LOGIN NOBYPASSRLS PASSWORD :'app';
CREATE DATABASE smartcommunity OWNER sc_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin LOCALE 'C.UTF-8';
SQL
