#!/bin/sh
# Makes the secrets of deploy/compose.yml once, in deploy/secrets; what is there already stays.
# Keep a copy of that folder in a safe place: without the vault's key nothing personal can be read again.
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
for process in gateway actions rasa postgres redis; do
  mkdir -p "$folder/$process"
  chmod 755 "$folder/$process"
done

# Only root's folder is closed; inside of it each container's user must be able to read what is mounted.
keep() { # PATH: takes the secret from standard input, unless there is one
  if [ -s "$folder/$1" ]; then
    cat >/dev/null
    return
  fi
  cat >"$folder/$1.new"
  chmod 444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}
letters() { # 48 random letters and digits
  LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 48
}
fernet() { # 32 random bytes as URL-safe base64, which is what a key of Fernet is
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'
}
same() { # FROM TO...: the same secret for several
  from=$1
  shift
  for to in "$@"; do
    keep "$to" <"$folder/$from"
  done
}

letters | keep gateway/MOTCUA_SECRET
letters | keep gateway/MOTCUA_INNER_TOKEN
letters | keep gateway/MOTCUA_METRICS_TOKEN
fernet | keep gateway/MOTCUA_VAULT_KEY
letters | keep actions/MOTCUA_DESK_KEY
letters | keep actions/MOTCUA_DESK_TOKEN
same gateway/MOTCUA_INNER_TOKEN actions/MOTCUA_INNER_TOKEN
same gateway/MOTCUA_METRICS_TOKEN actions/MOTCUA_METRICS_TOKEN
same gateway/MOTCUA_VAULT_KEY actions/MOTCUA_VAULT_KEY rasa/MOTCUA_VAULT_KEY

letters | keep postgres/superuser-password
for name in actions gateway conversations; do
  letters | keep "postgres/$name-password"
done
address() { # NAME DRIVER: the URL of a database
  printf '%s://motcua_%s:%s@postgres:5432/motcua_%s' "$2" "$1" "$(cat "$folder/postgres/$1-password")" "$1"
}
address actions postgresql+psycopg | keep actions/MOTCUA_DATABASE
address gateway postgresql+psycopg | keep gateway/MOTCUA_GATEWAY_DATABASE
address conversations postgresql+psycopg2 | keep rasa/MOTCUA_CONVERSATIONS

if [ ! -s "$folder/redis/redis.conf" ]; then
  printf 'requirepass %s\n' "$(letters)" | keep redis/redis.conf
fi
password=$(sed -n 's/^requirepass //p' "$folder/redis/redis.conf")
printf 'redis://:%s@redis:6379/0' "$password" | keep rasa/MOTCUA_REDIS_URL
printf 'redis://:%s@redis:6379/1' "$password" | keep gateway/MOTCUA_LIMITS_URL

echo "secrets are in $folder"
