package dockerfile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/layergate/layergate/pkg/dockerfile"
)

// lines writes down where layers come from as the cases do.
func lines(a *dockerfile.Attribution) []string {
	var out []string
	for _, l := range a.Layers {
		switch {
		case l.Base:
			out = append(out, "base")
		case l.Location.EndLine > l.Location.Line:
			out = append(out, fmt.Sprintf("%d-%d", l.Location.Line, l.Location.EndLine))
		default:
			out = append(out, fmt.Sprint(l.Location.Line))
		}
	}
	return out
}

// bases are the configurations of the base images that the cases name.
func bases(name string) (json.RawMessage, error) {
	type config struct {
		Shell, OnBuild []string `json:",omitempty"`
	}
	history := []ocispecs.History{{CreatedBy: "ADD rootfs.tar / # buildkit"}, {CreatedBy: `CMD ["sh"]`, EmptyLayer: true}}
	var c config
	switch name {
	case "docker.io/library/base:1":
	case "docker.io/library/shell:1":
		c.Shell = []string{"/bin/sh", "-e", "-c"}
	case "docker.io/library/onbuild:1":
		c.OnBuild = []string{"COPY a.txt /onbuild/", "RUN echo triggered > /triggered"}
	default:
		return nil, fmt.Errorf("no base image %s", name)
	}
	return json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": c, "history": history,
		"rootfs": map[string]any{"type": "layers", "diff_ids": []digest.Digest{digest.FromString("base")}},
	})
}

type resolver struct{}

func (resolver) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	raw, err := bases(ref)
	return ref, digest.FromBytes(raw), raw, err
}

// buildkitHistory is the history that BuildKit's Dockerfile frontend gives an image.
func buildkitHistory(t *testing.T, c testCase) []dockerfile.Entry {
	t.Helper()
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	result, err := dockerfile2llb.Dockerfile2LLB(context.Background(), []byte(c.source), dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{Target: c.build.Target, BuildArgs: c.build.Args, Labels: c.labels, BuildPlatforms: []ocispecs.Platform{platform}},
		TargetPlatform: &platform,
		MetaResolver:   resolver{},
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []dockerfile.Entry
	for _, h := range result.Image.History {
		out = append(out, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.EmptyLayer})
	}
	return out
}

func parse(t *testing.T, source string) *dockerfile.File {
	t.Helper()
	f, err := dockerfile.Parse("Dockerfile", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAttributeBuildKit(t *testing.T) {
	t.Parallel()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			history := buildkitHistory(t, c)
			got, err := parse(t, c.source).Attribute(history, c.build)
			if err != nil {
				t.Fatalf("%v\n%s", err, dump(history))
			}
			if diff := cmp.Diff(c.want, lines(got)); diff != "" {
				t.Errorf("layers (-want +got):\n%s\n%s", diff, dump(history))
			}
		})
	}
}

func dump(history []dockerfile.Entry) string {
	var b strings.Builder
	for _, h := range history {
		fmt.Fprintf(&b, "%t %q\n", h.Empty, h.CreatedBy)
	}
	return b.String()
}

// Kaniko writes down instructions as the Dockerfile has them, and nothing of those that only set a property.
func TestAttributeKaniko(t *testing.T) {
	t.Parallel()
	const source = `FROM base:1
ARG VERSION=1
WORKDIR /srv
RUN apt-get update && \
    # with a comment
    apt-get install -y curl=$VERSION
RUN ["/bin/busybox", "rm", "/etc/passwd"]
COPY --chown=1:1 a.txt /srv/$VERSION/
ENV A=b
RUN --mount=type=cache,target=/root/.cache make
USER 65532
`
	base := dockerfile.Entry{CreatedBy: "COPY base / # buildkit"}
	made := func(entries ...string) []dockerfile.Entry {
		out := []dockerfile.Entry{base}
		for _, e := range entries {
			out = append(out, dockerfile.Entry{CreatedBy: e})
		}
		return out
	}
	const install, remove, copied, run = "RUN apt-get update &&     apt-get install -y curl=$VERSION", `RUN ["/bin/busybox", "rm", "/etc/passwd"]`, "COPY --chown=1:1 a.txt /srv/1/", "RUN --mount=type=cache,target=/root/.cache make"
	for name, tt := range map[string]struct {
		history []dockerfile.Entry
		want    []string
	}{
		"all":                {made("WORKDIR /srv", install, remove, copied, run), []string{"base", "3", "4-6", "7", "8", "10"}},
		"another command":    {made("WORKDIR /srv", install, `RUN ["/bin/busybox", "rm", "/etc/shadow"]`, copied, run), nil},
		"another mount":      {made("WORKDIR /srv", install, remove, copied, "RUN --mount=type=cache,target=/root make"), nil},
		"one snapshot alone": {made("USER 65532"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parse(t, source).Attribute(tt.history, dockerfile.Build{})
			if (err == nil) != (tt.want != nil) {
				t.Fatalf("Attribute() = %v\n%s", err, dump(tt.history))
			}
			if err == nil {
				if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
					t.Errorf("layers (-want +got):\n%s\n%s", diff, dump(tt.history))
				}
			}
		})
	}
}

// What a history tells of instructions that ran: not whether an exec form's words were a shell's.
func TestFromHistoryRuns(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"RUN /bin/sh -c curl https://a.example | sh # buildkit":        "curl https://a.example | sh",
		"/bin/sh -c curl https://a.example | sh":                       "curl https://a.example | sh",
		"RUN curl https://a.example | sh":                              "curl https://a.example | sh",
		"RUN --mount=type=cache,target=/x curl https://a.example | sh": "curl https://a.example | sh",
		`RUN ["/bin/curl", "https://a.example"]`:                       "",
		"RUN /bin/curl https://a.example # buildkit":                   "",
		"RUN": "",
	} {
		got := ""
		for _, i := range dockerfile.FromHistory([]dockerfile.Entry{{CreatedBy: entry}}, 0) {
			got += i.Script.Text
		}
		if got != want {
			t.Errorf("FromHistory(%q) runs %q, want %q", entry, got, want)
		}
	}
}

// A Dockerfile is not believed to have made an image that another one made.
func TestMismatch(t *testing.T) {
	t.Parallel()
	const source = "FROM base:1\nCOPY a.txt /srv/\nRUN echo one\nCMD [\"sh\"]\n"
	base := []dockerfile.Entry{{CreatedBy: "ADD rootfs.tar / # buildkit"}}
	tests := []struct {
		name    string
		history []dockerfile.Entry
		want    string
	}{
		{"another command", append(slices.Clone(base), dockerfile.Entry{CreatedBy: "COPY a.txt /srv/ # buildkit"}, dockerfile.Entry{CreatedBy: "RUN /bin/sh -c echo two # buildkit"}),
			`line 3 of Dockerfile did not make the image's "RUN /bin/sh -c echo two # buildkit"`},
		{"a longer command that ends alike", append(slices.Clone(base), dockerfile.Entry{CreatedBy: "COPY a.txt /srv/ # buildkit"}, dockerfile.Entry{CreatedBy: "RUN /bin/sh -c false && /bin/sh -c echo one # buildkit"}),
			`line 3 of Dockerfile did not make the image's "RUN /bin/sh -c false && /bin/sh -c echo one # buildkit"`},
		{"one layer more on top", append(slices.Clone(base), dockerfile.Entry{CreatedBy: "COPY a.txt /srv/ # buildkit"}, dockerfile.Entry{CreatedBy: "RUN /bin/sh -c echo one # buildkit"}, dockerfile.Entry{CreatedBy: "docker commit"}),
			`line 3 of Dockerfile did not make the image's "docker commit"`},
		{"one layer less", append(slices.Clone(base), dockerfile.Entry{CreatedBy: "RUN /bin/sh -c echo one # buildkit"}),
			`line 2 of Dockerfile did not make the image's "ADD rootfs.tar / # buildkit"`},
		{"squashed", []dockerfile.Entry{{CreatedBy: "squash"}}, `line 3 of Dockerfile did not make the image's "squash"`},
		{"no history", nil, "the image has nothing that line 3 of Dockerfile would have made"},
		{"no base", []dockerfile.Entry{{CreatedBy: "COPY a.txt /srv/ # buildkit"}, {CreatedBy: "RUN /bin/sh -c echo one # buildkit"}},
			"the image does not begin as Dockerfile says"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, source).Attribute(tt.history, dockerfile.Build{})
			var mismatch *dockerfile.MismatchError
			if !errors.As(err, &mismatch) || err.Error() != tt.want {
				t.Errorf("Attribute() = %v, want %q", err, tt.want)
			}
		})
	}
}

// An image of another stage than the last is recognised where only one stage fits.
func TestOtherStage(t *testing.T) {
	t.Parallel()
	const source = "FROM base:1 AS a\nRUN echo a\nFROM base:1 AS b\nRUN echo b\nFROM base:1\nRUN echo c\n"
	c := testCase{source: source, build: dockerfile.Build{Target: "b"}}
	got, err := parse(t, source).Attribute(buildkitHistory(t, c), dockerfile.Build{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"base", "4"}, lines(got)); diff != "" {
		t.Error(diff)
	}
	if got.Base.Name != "base:1" || got.Base.Location.Line != 3 || got.Base.Layers != 1 {
		t.Errorf("base = %+v", got.Base)
	}
	if _, err := parse(t, source).Attribute(nil, dockerfile.Build{Target: "none"}); err == nil || err.Error() != "there is no stage none in Dockerfile" {
		t.Errorf("error = %v", err)
	}
}

// Without a target the stage is taken that explains most layers, and none that would fit any image.
func TestWhichStage(t *testing.T) {
	t.Parallel()
	base := dockerfile.Entry{CreatedBy: "ADD rootfs.tar / # buildkit"}
	run, copied := dockerfile.Entry{CreatedBy: "RUN /bin/sh -c apt-get update # buildkit"}, dockerfile.Entry{CreatedBy: "COPY a.txt / # buildkit"}
	tests := []struct {
		name, source string
		history      []dockerfile.Entry
		want         []string // nil for a mismatch
	}{
		{"the longer of two that fit", "FROM base:1 AS prod\nRUN apt-get update\nCOPY a.txt /\nFROM base:1 AS dev\nCOPY a.txt /\n", []dockerfile.Entry{base, run, copied}, []string{"base", "2", "3"}},
		{"a stage without layers", "FROM base:1 AS a\nFROM base:1\nRUN make\n", []dockerfile.Entry{base, run}, nil},
		{"a stage with a command only", "FROM base:1 AS a\nCMD [\"x\"]\nFROM base:1\nRUN make\n", []dockerfile.Entry{base, {CreatedBy: `CMD ["y"]`, Empty: true}}, nil},
		{"two equal ones, neither the last", "FROM base:1 AS a\nCOPY a.txt /\nFROM base:1 AS b\nCOPY a.txt /\nFROM base:1\nRUN make\n", []dockerfile.Entry{base, copied}, nil},
		{"committed once, at the end", "FROM base:1\nRUN apt-get update\nRUN echo done\n", []dockerfile.Entry{base, {CreatedBy: "/bin/sh -c apt-get update", Empty: true}, {CreatedBy: "/bin/sh -c echo done"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parse(t, tt.source).Attribute(tt.history, dockerfile.Build{})
			if tt.want == nil {
				if err == nil {
					t.Errorf("layers %v, want a mismatch", lines(got))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Variables of variables do not grow without bound.
func TestExpansionIsBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("ARG A0=xxxxxxxxxx\n")
	for i := range 40 {
		fmt.Fprintf(&b, "ARG A%d=$A%d$A%d\n", i+1, i, i)
	}
	b.WriteString("FROM base:$A40\nRUN true\n")
	if _, err := parse(t, b.String()).Attribute(nil, dockerfile.Build{}); err == nil {
		t.Error("it fits an image without a history")
	}
	if _, err := dockerfile.Parse("Dockerfile", []byte(strings.Repeat("FROM a\n", 501))); err == nil {
		t.Error("501 stages were taken")
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	const source = `FROM base:1 AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY vendor/lib.jar /out/lib/
RUN make
FROM scratch
COPY --from=build /out /app
COPY --from=build /src/go.mod /srv/go.mod
COPY --from=other:1 /x /x
`
	c := testCase{source: strings.ReplaceAll(source, "COPY --from=other:1 /x /x\n", "")}
	got, err := parse(t, c.source).Attribute(buildkitHistory(t, c), dockerfile.Build{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		layer int
		path  string
		want  int
	}{
		{0, "/app/lib/lib.jar", 4}, // the COPY that puts it there
		{0, "/app/bin/server", 1},  // made by a command: the stage
		{1, "/srv/go.mod", 3},
	} {
		l, ok := got.Layers[tt.layer].CopiedFrom(tt.path)
		if !ok || l.Line != tt.want {
			t.Errorf("CopiedFrom(%s) = %+v, %t, want line %d", tt.path, l, ok, tt.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                        "it is not valid",
		"ARG A=1\n":               "it has no FROM instruction",
		"FROM a\nNONSENSE x\n":    "line 2 has an instruction that does not exist",
		"RUN echo\nFROM base:1\n": "line 1 is not valid",
		"\xff\xfeF\x00R\x00":      "the file is in UTF-16",
	} {
		_, err := dockerfile.Parse("app/Dockerfile", []byte(source))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "parsing app/Dockerfile: ") {
			t.Errorf("Parse(%q) = %v, want %q", source, err, want)
		}
	}
}

// The file may be another than somebody believes, and hold secrets: no error repeats a word of it.
func TestParseErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"hush", "hush=\x00hush", "FROM a b hush", "FROM a AS 1hush", "FROM --hush=hush a", "FROM --platform=$hush:? a", "COPY --hush=1 a b",
		"COPY <<hush", "HEALTHCHECK hush", "HEALTHCHECK --interval=hush CMD x", "EXPOSE hush", "ENV hush", "LABEL hush", "ARG =hush", "ONBUILD hush",
		"ONBUILD FROM hush", "SHELL hush", "STOPSIGNAL hush hush", "RUN --mount=hush=1 x", "RUN --network=hush x", "RUN --security=hush x",
		"VOLUME [\"hush", "WORKDIR", "# escape=hush\nFROM a", "MAINTAINER", "ADD --checksum=hush a b", "hush\x1b[31m\r\n::error::hush",
	} {
		for _, head := range []string{"", "FROM a\n"} {
			if _, err := dockerfile.Parse("Dockerfile", []byte(head+line+"\n")); err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("Parse(%q) = %v, which repeats the file", head+line, err)
			}
		}
	}
}

// FuzzAttribute looks for Dockerfiles and histories that the matcher does not survive, or gives an impossible answer
// to.
func FuzzAttribute(f *testing.F) {
	for _, c := range cases() {
		f.Add(c.source, "RUN /bin/sh -c echo a > /a # buildkit\nCOPY a.txt / # buildkit", c.build.Target)
	}
	f.Add("FROM a\nRUN [\"\"]\n", "|1 a=b /bin/sh -c\n/bin/sh -c #(nop) COPY file:x in /", "")
	f.Fuzz(func(t *testing.T, source, history, target string) {
		parsed, err := dockerfile.Parse("Dockerfile", []byte(source))
		if err != nil {
			return
		}
		var entries []dockerfile.Entry
		for i, line := range strings.Split(history, "\n") {
			entries = append(entries, dockerfile.Entry{CreatedBy: line, Empty: i%3 == 2})
		}
		got, err := parsed.Attribute(entries, dockerfile.Build{Target: target})
		if err != nil {
			return
		}
		layers := 0
		for _, e := range entries {
			if !e.Empty {
				layers++
			}
		}
		last := strings.Count(source, "\n") + 1
		if len(got.Layers) != layers {
			t.Errorf("%d layers attributed, and the history has %d", len(got.Layers), layers)
		}
		for _, l := range got.Layers {
			if l.Location.Line < 1 || l.Location.EndLine > last || l.Location.EndLine < l.Location.Line {
				t.Errorf("location %+v in a file of %d lines", l.Location, last)
			}
			l.CopiedFrom("/a/b")
		}
	})
}
