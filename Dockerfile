# The image of the GitHub action, and of whoever runs Layergate in a container: one static binary.
#
#   docker build --build-arg VERSION=1.0.0 -t layergate .
#
# GO_IMAGE is any image with this Go version, a C-less Linux and CA certificates; BASE is what the binary lies on.
ARG GO_IMAGE=golang:1.26.8-bookworm
ARG BASE=scratch

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /root-fs/layergate ./cmd/layergate
# The certificates are for the registry and the database server. /tmp is empty: layers that do not fit into memory are
# unpacked there, and scratch has no such folder.
RUN install -D -m 0644 /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 1777 /root-fs/tmp

FROM ${BASE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="Layergate" \
      org.opencontainers.image.description="A gate between a container build and the production registry" \
      org.opencontainers.image.source="https://github.com/layergate/layergate" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /root-fs/ /
# There is no USER: GitHub mounts a workspace that belongs to the runner's own user, and only root can write the reports
# and the files for outputs and the summary there.
#
# The entry point is the binary itself. A shell in between would drop the variables whose names have a hyphen, such as
# INPUT_FAIL-ON.
ENTRYPOINT ["/layergate"]
