package dockerfile_test

import "github.com/layergate/layergate/pkg/dockerfile"

// testCase is a Dockerfile in a form that real projects use, and where its layers come from.
type testCase struct {
	name   string
	source string
	build  dockerfile.Build
	labels map[string]string // --label
	want   []string          // of each layer: "base" or the line, as 4 or 4-6
	// frontend is set where the Docker engine of the end-to-end tests is too old for the syntax.
	frontend bool
}

// The base images of the cases: base:1 has one layer, shell:1 sets another shell, and onbuild:1 puts off a COPY and a
// RUN.
func cases() []testCase {
	return []testCase{
		{name: "simple", want: []string{"base", "2", "3"}, source: `FROM base:1
COPY a.txt /srv/a.txt
RUN echo one > /srv/one
CMD ["sh"]
`},
		{name: "from scratch", want: []string{"2", "4"}, source: `FROM scratch
COPY busybox /bin/busybox
ENV A=b
COPY a.txt /
`},
		{name: "comments and continuation lines", want: []string{"base", "5-9", "12-13"}, source: `# A comment first.

FROM base:1
# What follows is one instruction.
RUN echo one \
    # with a comment inside
    && echo two \

    && echo three > /three
# Another.

COPY a.txt b.txt \
     /srv/
`},
		{name: "properties between", want: []string{"base", "6", "11"}, source: `FROM base:1
LABEL org.opencontainers.image.title="an app" version=1
ENV NODE_ENV=production PATH=/opt/bin:/bin:/usr/bin
ARG VERSION=1.0
EXPOSE 8080/tcp 9090
RUN echo $NODE_ENV $VERSION > /env
USER 0
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s CMD echo ok
COPY a.txt /srv/
ENTRYPOINT ["sh", "-c"]
CMD ["echo hello"]
`},
		{name: "windows line ends", want: []string{"base", "2-3", "4"}, source: "FROM base:1\r\nRUN echo a && \\\r\n    echo b > /b\r\nCOPY a.txt /\r\n"},
		{name: "other case", want: []string{"base", "2", "3"}, source: `from base:1 as app
run echo a > /a
copy a.txt /
`},
		{name: "working directory", want: []string{"base", "2", "3", "5"}, source: `FROM base:1
WORKDIR /srv/app
COPY a.txt b.txt ./
USER 1000
COPY . .
`},
		{name: "several stages", want: []string{"base", "6"}, source: `FROM base:1 AS build
COPY a.txt /src/
RUN echo built > /out

FROM base:1
COPY --from=build /out /srv/out
CMD ["sh"]
`},
		{name: "stage on a stage", want: []string{"base", "2", "5"}, source: `FROM base:1 AS deps
RUN echo deps > /deps

FROM deps AS app
COPY a.txt /srv/
`},
		{name: "stage by number", want: []string{"4", "5"}, source: `FROM base:1
COPY a.txt /src/
FROM scratch
COPY --from=0 /src/a.txt /a.txt
COPY b.txt /
`},
		{name: "a target", build: dockerfile.Build{Target: "test"}, want: []string{"base", "2", "5"}, source: `FROM base:1 AS build
RUN echo build > /build

FROM build AS test
RUN echo test > /test

FROM build AS release
COPY a.txt /
`},
		{name: "argument in FROM", want: []string{"base", "4"}, source: `ARG TAG=1
ARG NAME=base
FROM ${NAME}:${TAG}
RUN echo a > /a
`},
		{name: "argument given", build: dockerfile.Build{Args: map[string]string{"TAG": "1", "WHAT": "x y"}}, want: []string{"base", "4", "5"}, source: `ARG TAG=none
FROM base:$TAG
ARG WHAT
RUN echo "$WHAT" > /what
COPY a.txt /srv/${WHAT}/
`},
		{name: "argument that picks a stage", build: dockerfile.Build{Args: map[string]string{"MODE": "slim"}}, want: []string{"base", "5", "8"}, source: `ARG MODE=full
FROM base:1 AS full
RUN echo full > /mode
FROM base:1 AS slim
RUN echo slim > /mode

FROM ${MODE}
COPY a.txt /
`},
		{name: "variables in paths", want: []string{"base", "3", "5"}, source: `FROM base:1
ENV APP=/srv/app
COPY a.txt $APP/
ENV NAME "b.txt"
COPY ${NAME} ${APP}/b
`},
		{name: "same instruction twice", want: []string{"base", "2", "3", "4"}, source: `FROM base:1
RUN date > /now
COPY a.txt /
RUN date > /now
`},
		{name: "exec form", want: []string{"base", "2", "3"}, source: `FROM base:1
RUN ["/bin/sh", "-c", "echo a > /a"]
COPY ["a.txt", "b.txt", "/srv/"]
`},
		{name: "another shell", want: []string{"base", "3", "5"}, source: `FROM base:1
SHELL ["/bin/sh", "-e", "-c"]
RUN echo a > /a
SHELL ["/bin/busybox", "sh", "-c"]
RUN echo b > /b
`},
		{name: "shell of the base", build: dockerfile.Build{Shell: []string{"/bin/sh", "-e", "-c"}}, want: []string{"base", "2"}, source: `FROM shell:1
RUN echo a > /a
`},
		{name: "triggers of the base", want: []string{"base", "base", "base", "2"}, source: `FROM onbuild:1
COPY b.txt /srv/
`},
		{name: "triggers of a stage", want: []string{"base", "2", "5", "6"}, source: `FROM base:1 AS parent
RUN echo parent > /parent
ONBUILD RUN echo child > /child

FROM parent
COPY a.txt /
`},
		{name: "ADD of an archive", want: []string{"base", "2", "3"}, source: `FROM base:1
ADD files.tar /srv/
ADD --chown=1:1 a.txt /srv/a
`},
		{name: "owner and mode", want: []string{"base", "2", "3"}, frontend: true, source: `FROM base:1
COPY --chown=1000:1000 --chmod=755 a.txt /srv/
COPY --link --chmod=0600 b.txt /srv/
`},
		{name: "heredoc", want: []string{"base", "3-7", "8-10", "11-14"}, frontend: true, source: `# syntax=docker/dockerfile:1
FROM base:1
RUN <<EOF
set -e
echo a > /a
echo b > /b
EOF
COPY <<config.json /etc/app/
{"a": 1}
config.json
RUN cat <<ONE > /one && echo two
content
of one
ONE
`},
		{name: "heredoc with an interpreter", want: []string{"base", "2-5"}, frontend: true, source: `FROM base:1
RUN <<EOF
#!/bin/sh
echo a > /a
EOF
`},
		{name: "mounts", want: []string{"base", "2-3", "4"}, source: `FROM base:1
RUN --mount=type=cache,target=/root/.cache \
    --mount=type=tmpfs,target=/tmp/x echo a > /a
COPY a.txt /
`},
		{name: "escape directive", want: []string{"base", "3-4"}, source: "# escape=`\nFROM base:1\nRUN echo a && `\n    echo b > /b\n"},
		{name: "labels of the command line", labels: map[string]string{"build": "7", "org.opencontainers.image.revision": "abc"}, want: []string{"base", "2"}, source: `FROM base:1
RUN echo a > /a
LABEL own=1
`},
		{name: "nothing of its own", want: []string{"base"}, source: `FROM base:1
CMD ["sh"]
`},
		{name: "multi-line label and healthcheck", want: []string{"base", "6"}, source: `FROM base:1
LABEL a="one" \
      b="two words" \
      c=three
HEALTHCHECK NONE
COPY *.txt /srv/
MAINTAINER someone <someone@example.com>
`},
	}
}
