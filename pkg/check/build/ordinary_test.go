package build_test

import (
	"slices"
	"strings"
	"testing"
)

// Ordinary Dockerfiles, in the manner of those of well-known images, have nothing of what is downloaded and run unseen or
// unverified.
func TestOrdinary(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source string }{
		{"a runtime whose archive is checked by signed digests", `FROM base
ENV RUNTIME_VERSION 20.1.0
RUN set -ex \
  && for key in AAAA BBBB; do gpg --batch --keyserver hkps://keys.a.example --recv-keys "$key" || gpg --batch --recv-keys "$key"; done \
  && curl -fsSLO --compressed "https://a.example/v$RUNTIME_VERSION/runtime-v$RUNTIME_VERSION-linux-x64.tar.xz" \
  && curl -fsSLO --compressed "https://a.example/v$RUNTIME_VERSION/SHASUMS256.txt.asc" \
  && gpg --batch --decrypt --output SHASUMS256.txt SHASUMS256.txt.asc \
  && grep " runtime-v$RUNTIME_VERSION-linux-x64.tar.xz\$" SHASUMS256.txt | sha256sum -c - \
  && tar -xJf "runtime-v$RUNTIME_VERSION-linux-x64.tar.xz" -C /usr/local --strip-components=1 \
  && ln -s /usr/local/bin/runtime /usr/local/bin/rt \
  && runtime --version && rt --version
`},
		{"an interpreter that is built", `FROM base
ENV SUM abc
RUN set -eux; \
	wget -O python.tar.xz "https://a.example/python.tar.xz"; \
	echo "$SUM *python.tar.xz" | sha256sum -c -; \
	mkdir -p /usr/src/python; tar --extract --directory /usr/src/python --strip-components=1 --file python.tar.xz; \
	cd /usr/src/python; gnuArch="$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)"; \
	./configure --build="$gnuArch"; nproc="$(nproc)"; make -j "$nproc"; make install; python3 --version
`},
		{"a helper that is checked by its signature, and runs", `FROM base
ENV GOSU_VERSION 1.17
RUN set -eux; \
	dpkgArch="$(dpkg --print-architecture | awk -F- '{ print $NF }')"; \
	wget -O /usr/local/bin/gosu "https://a.example/$GOSU_VERSION/gosu-$dpkgArch"; \
	wget -O /usr/local/bin/gosu.asc "https://a.example/$GOSU_VERSION/gosu-$dpkgArch.asc"; \
	export GNUPGHOME="$(mktemp -d)"; \
	gpg --batch --verify /usr/local/bin/gosu.asc /usr/local/bin/gosu; \
	chmod +x /usr/local/bin/gosu; gosu --version; gosu nobody true
`},
		{"a compiler by architecture", `FROM base AS build
RUN set -eux; arch="$(uname -m)"; url=; \
	case "$arch" in x86_64) url='https://a.example/go.tar.gz'; sha256='abc';; *) exit 1;; esac; \
	wget -O go.tgz.asc "$url.asc"; wget -O go.tgz "$url" --progress=dot:giga; \
	echo "$sha256 *go.tgz" | sha256sum -c -; \
	gpg --batch --verify go.tgz.asc go.tgz; tar -C /usr/local -xzf go.tgz; rm go.tgz; \
	export PATH="/usr/local/go/bin:$PATH"; go version
FROM base
COPY --from=build /usr/local/go /usr/local/go
`},
		{"a server with its own repository", `FROM base
RUN set -x \
    && apt-get update && apt-get install --no-install-recommends -y gnupg1 ca-certificates \
    && curl -fsSL https://a.example/key.asc | gpg --dearmor -o /usr/share/keyrings/a.gpg \
    && echo "deb [signed-by=/usr/share/keyrings/a.gpg] https://a.example/debian bookworm main" >> /etc/apt/sources.list.d/a.list \
    && printf 'Types: deb\nURIs: https://a.example\nSuites: s\nSigned-By: /usr/share/keyrings/a.gpg\n' > /etc/apt/sources.list.d/a.sources \
    && apt-get install -y a=1
`},
		{"a database that is built", `FROM base
ENV URL https://a.example/redis.tgz
RUN set -eux; wget -O redis.tgz "$URL"; echo "$SHA *redis.tgz" | sha256sum -c -; \
	mkdir -p /usr/src/redis; tar -xzf redis.tgz -C /usr/src/redis --strip-components=1; \
	extra="--build=$(dpkg-architecture -qDEB_BUILD_GNU_TYPE)"; make -C /usr/src/redis -j "$(nproc)" all; redis-cli --version
`},
		{"an application of Node", `FROM base AS build
ARG NODE_ENV=production
ARG NPM_CONFIG_STRICT_SSL=true
WORKDIR /app
COPY package*.json ./
RUN echo "registry=https://a.example" > .npmrc && npm ci --omit=dev && rm .npmrc
COPY . .
RUN VERSION=$(cat package.json | jq -r .version) && npm run build -- --version "$VERSION"
`},
		{"an application with the latest release of a tool", `FROM base
RUN VERSION="$(curl -s https://a.example/latest | jq -r .tag_name)" \
 && curl -fsSLo /usr/local/bin/tool "https://a.example/$VERSION/tool" \
 && curl -fsSLo /tmp/sums "https://a.example/$VERSION/sums" \
 && [ "$(sha256sum /usr/local/bin/tool | cut -d' ' -f1)" = "$(grep tool /tmp/sums | cut -d' ' -f1)" ] \
 && install -m 0755 /usr/local/bin/tool /opt/tool && echo "$VERSION" | tee /version && tool --version
`},
		{"a checksum by a variable", `FROM base
ARG SUM=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ADD --checksum=$SUM https://a.example/x /usr/local/bin/x
RUN chmod +x /usr/local/bin/x && x --version
`},
	}
	for _, tt := range tests {
		for _, f := range find(t, tt.source) {
			if rule := strings.TrimPrefix(f.ID, "LG-DF-"); slices.Contains([]string{"001", "003", "004", "005", "006"}, rule) {
				t.Errorf("%s: %s %s", tt.name, f.ID, f.Check.Saw)
			}
		}
	}
}
