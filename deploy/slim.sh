#!/bin/sh
# Takes out of node_modules what nothing needs at run time: slim.sh [--without-postgres] FOLDER
set -eu
without_postgres=
[ "$1" = --without-postgres ] && { without_postgres=1; shift; }
cd "$1"

# The dev chain's node has no place in production; compilers come along as optional peers of libraries, telemetry with
# Swagger's page.
rm -rf @foundry-rs @scarf typescript prettier
# Builds for browsers, and sources that were compiled into what stands beside them.
rm -rf typeorm/browser ethers/dist ethers/src.ts rxjs/src rxjs/dist/bundles rxjs/dist/esm rxjs/dist/types \
  libphonenumber-js/bundle es-toolkit/dist/browser.global.js swagger-ui-dist/swagger-ui-es-bundle* \
  tiny-secp256k1/src_ts
# Declarations, source maps of libraries, and what is written about them. Licences stay.
find . -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.tsbuildinfo' \) -delete
find . -type f \( -iname 'readme*' -o -iname 'changelog*' -o -iname 'history.md' \) ! -path '*/src/*' -delete
find . -type d \( -name test -o -name tests -o -name __tests__ -o -name docs -o -name example -o -name examples \) \
  -prune -exec rm -rf {} +
# The embedded Postgres is found by its links; its headers are for those who compile against it.
rm -rf @embedded-postgres/*/native/include @embedded-postgres/*/native/share/doc @embedded-postgres/*/native/share/man
if [ -n "$without_postgres" ]; then rm -rf @embedded-postgres embedded-postgres; fi
