#!/bin/sh
# Run once, by the image of PostgreSQL, when its volume is empty: makes Ultudy's database and the user
# that owns it. That user may make the program's two roles (`ultudy migrate`) and is no superuser.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set password="$(cat "$ULTUDY_PASSWORD_FILE")" <<'SQL'
CREATE ROLE ultudy LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE ultudy OWNER ultudy;
SQL
