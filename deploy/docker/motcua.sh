#!/bin/sh
# Gives a command the secrets that lie in files named like settings (MOTCUA_VAULT_KEY), then becomes that command.
# What the environment sets wins. Commands in a running container need it too: docker compose exec gateway motcua ...
set -eu

for file in "${MOTCUA_SECRETS:-/run/secrets}"/MOTCUA_*; do
  [ -f "$file" ] || continue
  name=${file##*/}
  printenv "$name" >/dev/null && continue
  value=$(cat "$file")
  export "$name=$value"
done

exec "$@"
