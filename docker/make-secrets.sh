#!/bin/sh
# Makes the secrets of docker-compose.yml in ./secrets, once: what is there already stays as it is.
set -eu
cd "$(dirname "$0")/.."
# The folder keeps other users of this machine out. The files can be read by all, since the containers' users have other ids.
mkdir -p secrets && chmod 700 secrets

make() {
  [ -e "secrets/$1" ] || { cat >"secrets/$1.new" && chmod 644 "secrets/$1.new" && mv "secrets/$1.new" "secrets/$1"; }
}
random() {
  head -c "$1" /dev/urandom | od -An -vtx1 | tr -d ' \n'
}

random 48 | make jwt_secret
random 24 | make postgres_password
random 24 | make database_password
printf 'postgres://messendger:%s@postgres:5432/messendger' "$(cat secrets/database_password)" | make database_url
