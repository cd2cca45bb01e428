#!/bin/bash
# Makes the three databases when PostgreSQL's volume is new, each with a user who may enter nothing else.
# Run by the image of PostgreSQL (docker-entrypoint-initdb.d). Passwords lie in files of their own.
set -euo pipefail

secrets=${POSTGRES_SECRETS:-/run/secrets}

for name in actions gateway conversations; do
  password=$(<"$secrets/$name-password")
  PASSWORD=$password psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=name="motcua_$name" <<'SQL'
\getenv password PASSWORD
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
