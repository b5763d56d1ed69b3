#!/bin/sh
# Makes the database on the first start, then runs the server: the variables of the official image.
set -eu
case ${1:-} in -*) set -- postgres "$@" ;; esac

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Made beside and moved: whoever is killed meanwhile leaves nothing that looks whole.
  new=$PGDATA.new
  rm -rf "$new"
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile=/tmp/password --encoding=UTF8 \
    --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
  rm /tmp/password
  pg_ctl --pgdata="$new" --options="-c listen_addresses=''" --wait start
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl --pgdata="$new" --wait --mode=fast stop
  rm -rf "$PGDATA"
  mv "$new" "$PGDATA"
fi
# A volume with an fsGroup comes back writable by that group, which the server refuses.
chmod 0700 "$PGDATA"
exec "$@" -c listen_addresses='*'
