# syntax=docker/dockerfile:1
# The sample app. Build it from the root of the repository, once per commit:
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t ghcr.io/acme/shop:"$(git rev-parse HEAD)" .
#
# To pin the base images, give them by digest (Dependabot and Renovate keep such a pin up to date):
#   docker buildx imagetools inspect node:24-bookworm-slim --format '{{.Manifest.Digest}}'
#   ARG BASE=node:24-bookworm-slim@sha256:…
ARG BASE=node:24-bookworm-slim
ARG BUILD_BASE=${BASE}
ARG RUNTIME_BASE=${BASE}

# What the app needs at run time, straight from the lock file. Built anew only when a package file changes.
FROM ${BUILD_BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY app/package.json app/
# The app is built from its own part of the lock file: what the rest of the repository uses is neither checked nor fetched.
# No install scripts: none of these packages needs one, and a stolen package has one less way in.
RUN npm pkg delete dependencies devDependencies \
 && npm ci --workspace app --include-workspace-root=false --omit=dev --ignore-scripts --prefer-offline

# There is no compile step: Node.js 24 strips the types as it loads the files.
FROM ${RUNTIME_BASE}
WORKDIR /app
ENV NODE_ENV=production
# Owned by root and run as another user, so the app cannot change its own code. It writes no file at all.
COPY --from=dependencies /app/node_modules node_modules
COPY app/package.json app/
COPY app/src app/src
# By number, so that Kubernetes can check runAsNonRoot.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# For `docker run` and Compose; Kubernetes has its own probes. Node.js asks, as the image has no curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "app/src/server.ts"]

# Here begins what differs for each commit; the layers above are shared as long as their files are the same.
ARG SOURCE=https://github.com/acme/shop
ARG REVISION
# A revision that the app would refuse at its start fails the build instead. This step also keeps Buildah's cache honest,
# which looks at build arguments for RUN alone: without it, LABEL and ENV below would come from an older commit's build.
RUN ["node", "-e", "import('/app/app/src/build.ts').then(({ buildFrom }) => buildFrom(process.env.REVISION))"]
# GHCR links the package to its repository by `source`.
LABEL org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV REVISION=${REVISION}
