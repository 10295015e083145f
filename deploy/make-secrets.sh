#!/bin/sh
# Makes the secrets that compose.yaml mounts, once, in the folder secrets/ beside this file (or in the
# one that is named): passwords by chance, and the addresses they stand in. What is there already is
# left alone.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"

by_chance() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# The programs in the containers run as users of their own and must read these: who may enter the
# folder is what keeps them.
chmod 700 "$folder"
write() {
    if [ ! -e "$folder/$1" ]; then
        printf '%s\n' "$2" > "$folder/$1"
        chmod 644 "$folder/$1"
    fi
}
write postgres-password "$(by_chance)"
write database-password "$(by_chance)"
write redis-password "$(by_chance)"
database=$(cat "$folder/database-password")
redis=$(cat "$folder/redis-password")
write pgbouncer-users "\"ultudy\" \"$database\""
write database-url "postgres://ultudy:$database@pgbouncer:6432/ultudy"
write database-direct-url "postgres://ultudy:$database@postgres:5432/ultudy"
write redis-url "redis://:$redis@redis:6379"
# For `docker compose --profile s3`.
write storage-user ultudy
write storage-password "$(by_chance)"
