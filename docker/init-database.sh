#!/bin/sh
# Run once by the image of PostgreSQL, when the data folder is new. Makes the database, and the role that Messendger logs in
# as: it owns the database and its schema, and is no superuser, so that nothing said to it reaches the machine.
set -eu

psql --set=ON_ERROR_STOP=1 --set=password="$(cat /run/secrets/database_password)" --username=postgres --dbname=postgres <<'SQL'
CREATE ROLE messendger LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE messendger OWNER messendger;
REVOKE ALL ON DATABASE messendger FROM PUBLIC;
SQL
