# The image of the GitHub action, and of whoever runs Layergate in a container: one static binary.
#
#   docker build --build-arg VERSION=1.0.0 --build-arg REVISION=$(git rev-parse HEAD) -t layergate .
#
# GO_IMAGE is any image with this Go version, a shell and CA certificates, BASE what the binary lies on. The digest is that
# of the index of all platforms, which is what a newer version is to be pinned to as well:
#
#   docker buildx imagetools inspect golang:1.26.8-bookworm
ARG GO_IMAGE=golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d
ARG BASE=scratch

# Go builds for other platforms on its own, so that the compiler always runs on the builder's. BuildKit says which that is,
# and for which one the image is; Docker's classic builder says neither and builds for its own.
FROM --platform=${BUILDPLATFORM:-linux} ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG TARGETARCH
# The flags are those of .ci/build: the same sources give the same bytes, whoever builds them.
RUN CGO_ENABLED=0 GOARCH=${TARGETARCH} go build -tags disable_grpc_modules -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=${VERSION}" -o /root-fs/layergate ./cmd/layergate
# The certificates are for the registry and the database server. /tmp is empty: layers that do not fit into memory are
# unpacked there, and scratch has no such directory.
RUN mkdir -p /root-fs/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
    && mkdir -m 1777 /root-fs/tmp

FROM ${BASE}
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Layergate" \
      org.opencontainers.image.description="A gate between a container build and the production registry" \
      org.opencontainers.image.source="https://github.com/layergate/layergate" \
      org.opencontainers.image.documentation="https://github.com/layergate/layergate#readme" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /root-fs/ /
# There is no USER: GitHub mounts a workspace that belongs to the runner's own user, and only root can write the reports
# and the files for outputs and the summary there.
#
# The entry point is the binary itself. A shell in between would drop the variables whose names have a hyphen, such as
# INPUT_FAIL-ON.
ENTRYPOINT ["/layergate"]
