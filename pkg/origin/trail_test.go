package origin_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/origin"
)

// services is a repository with several services, which all name the same packages.
func services() map[string]string {
	lock := `{"lockfileVersion": 3, "packages": {
  "node_modules/ms": {
    "version": "1.0.0"
  }
}}`
	return map[string]string{
		"a/package-lock.json": lock, "b/package-lock.json": lock, "b/web/package-lock.json": lock, "c/package.json": "{}",
		"a/requirements.txt": "flask==1\njinja2==2.10\n", "b/requirements.txt": "-r base.txt\n", "b/base.txt": "jinja2==2.10\n", "d/requirements.txt": "jinja2\n-c with/constraints.txt\n", "d/with/constraints.txt": "jinja2==2.10\n", "b/requirements-dev.txt": "jinja2==2.10\n",
	}
}

// Of a repository with several services only what the Dockerfile takes, and where it works, tells whose file names a package. Where
// it does not, the line is the instruction's.
func TestServices(t *testing.T) {
	t.Parallel()
	const ms, jinja2 = "ms", "jinja2"
	tests := []struct {
		name, source string // RUN and COPY as the history has them; the last one made the layer
		pkg, path    string
		want         string
	}{
		{"a lock file", "COPY b/package-lock.json ./\nRUN npm ci", ms, "/node_modules/ms/package.json", "b/package-lock.json:2"},
		{"a directory", "COPY b /app\nRUN npm ci", ms, "/app/node_modules/ms/package.json", "b/package-lock.json:2"},
		{"a directory within", "COPY b /app\nRUN npm ci --prefix web", ms, "/app/web/node_modules/ms/package.json", "b/web/package-lock.json:2"},
		{"a pattern for one", "COPY [ab]/package-lock.json /a/\nRUN npm ci", ms, "/a/node_modules/ms/package.json", "Dockerfile:3"},
		{"all, and where the package is", "COPY . /app\nRUN x", ms, "/app/b/node_modules/ms/package.json", "b/package-lock.json:2"},
		{"all, and where it is in another", "COPY . /app\nRUN x", ms, "/app/c/node_modules/ms/package.json", "Dockerfile:3"},
		{"all, and nothing tells", "COPY . /app\nRUN make", jinja2, "/usr/lib/python3/j/METADATA", "Dockerfile:3"},
		{"all, and where it works", "COPY . /app\nRUN cd /app/a && make", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"all, and what it reads", "COPY . /app\nRUN pip install -r app/a/requirements.txt", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"what that includes", "COPY . /app\nRUN cd /app/b && pip install -r requirements.txt", jinja2, "/usr/lib/python3/j/METADATA", "b/base.txt:1"},
		{"a directory that commands begin in, and no path", "COPY . /app\nWORKDIR /app/a\nRUN make", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"a directory that commands begin in", "COPY . /app\nWORKDIR /app/a\nRUN pip install -r requirements.txt", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"one that does not name it", "COPY . /app\nRUN pip install -r app/b/requirements-dev.txt", "flask", "/usr/lib/python3/f/METADATA", "Dockerfile:3"},
		{"another name", "COPY a/requirements.txt /r.txt\nRUN pip install -r /r.txt", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"nothing of the project", "RUN make", jinja2, "/usr/lib/python3/j/METADATA", "Dockerfile:2"},
		{"an instruction that names it", "COPY a/requirements.txt /r.txt\nRUN pip install jinja2==2.10", jinja2, "/usr/lib/python3/j/METADATA", "Dockerfile:3"},
		{"what is copied between", "RUN make\nCOPY a/requirements.txt /r.txt\nRUN x", jinja2, "", "a/requirements.txt:2"},
		{"a mount", "RUN --mount=type=bind,source=a,target=/src make", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"a mount of another kind", "RUN --mount=type=cache,target=/root/.cache make", "flask", "/usr/lib/python3/j/METADATA", "Dockerfile:2"},
		{"what was built in a project", "COPY a/dist /app", ms, "/app/node_modules/ms/package.json", "a/package-lock.json:2"},
		{"what was built in a directory of it", "COPY b/web/dist/x /app", ms, "/app/node_modules/ms/package.json", "b/web/package-lock.json:2"},
		{"what was built beside a file that includes another", "COPY d/dist /app", jinja2, "/app/j/METADATA", "d/with/constraints.txt:1"},
		{"what was built in none", "COPY dist /app", ms, "/app/node_modules/ms/package.json", "Dockerfile:2"},
		{"what is left out", "COPY --exclude=**/*.json a /app\nRUN npm ci", ms, "/app/node_modules/ms/package.json", "Dockerfile:3"},
		{"a variable", "ARG S\nCOPY $S/requirements.txt /app/\nRUN make", jinja2, "/usr/lib/python3/j/METADATA", "Dockerfile:4"},
		{"a variable that is known", "ARG S=a\nCOPY $S/requirements.txt /app/\nRUN make", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"with its directories", "COPY --parents a/requirements.txt b/requirements*.txt /app/\nRUN cd app/a && make", jinja2, "/usr/lib/python3/j/METADATA", "a/requirements.txt:2"},
		{"another stage", "COPY a/requirements.txt ./\nFROM debian:12 AS two\nCOPY b /app\nRUN npm ci\nFROM debian:12\nCOPY --from=two /app /srv", ms, "/srv/web/node_modules/ms/package.json", "b/web/package-lock.json:2"},
		{"another stage that names it", "RUN pip install jinja2==2.10\nFROM debian:12\nCOPY --from=0 /usr /usr", jinja2, "/usr/lib/python3/j/METADATA", "Dockerfile:2"},
		{"another image", "COPY a /a\nCOPY --from=other /app /srv", ms, "/srv/node_modules/ms/package.json", "Dockerfile:3"},
		{"a stage below", "COPY a /app\nFROM 0 AS two\nRUN npm ci", ms, "/app/node_modules/ms/package.json", "Dockerfile:4"},
		{"a named stage below", "WORKDIR /app\nCOPY a .\nFROM one\nRUN npm ci", ms, "/app/node_modules/ms/package.json", "a/package-lock.json:2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := services()
			files["Dockerfile"] = "FROM debian:12 AS one\n" + tt.source + "\n"
			p := attributed(t, origin.Config{Root: directory(t, files)}, tt.source)
			pkg := finding.Package{Type: "python", Name: tt.pkg, Version: "2.10"}
			switch tt.pkg {
			case ms:
				pkg = finding.Package{Type: "npm", Name: tt.pkg, Version: "1.0.0"}
			case "flask":
				pkg.Version = "1"
			}
			line, _ := p.Locate(len(p.Layers)-1, pkg, tt.path)
			if line == nil {
				t.Fatal("Locate() = nil")
			}
			if got := fmt.Sprintf("%s:%d", line.File, line.Line); got != tt.want {
				t.Errorf("Locate() = %s, want %s", got, tt.want)
			}
			source, ok := p.VersionOf(len(p.Layers)-1, pkg, tt.path)
			if ok && source.Location != *line || !ok && !strings.HasPrefix(tt.want, "Dockerfile:") {
				t.Errorf("VersionOf() = %+v, %t, Locate() = %s", source, ok, tt.want)
			}
		})
	}
}

// attributed is the image that the last stage of a Dockerfile makes, without its first FROM.
func attributed(t *testing.T, cfg origin.Config, source string) *origin.Platform {
	t.Helper()
	img := imagetest.Image{Layers: []imagetest.Layer{rootfs()}}
	for line := range strings.SplitSeq(source, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "FROM":
			if rest != "one" { // which it builds on
				img.Layers = img.Layers[:1]
			}
		case "WORKDIR", "ARG":
			img.Layers = append(img.Layers, imagetest.Layer{CreatedBy: line, Empty: true})
		case "RUN":
			if strings.HasPrefix(rest, "--mount") {
				_, rest, _ = strings.Cut(rest, " ")
			}
			img.Layers = append(img.Layers, layer("RUN /bin/sh -c "+rest+" # buildkit"))
		default:
			for strings.HasPrefix(rest, "--") {
				_, rest, _ = strings.Cut(rest, " ")
			}
			img.Layers = append(img.Layers, layer(word+" "+strings.ReplaceAll(rest, "$S", "a")+" # buildkit"))
		}
	}
	p := origin.Attribute(open(t, img), project(t, cfg), nil).Platforms[0]
	if p.Line(len(p.Layers)-1) == nil {
		t.Fatalf("the Dockerfile does not fit: %q", p.Warnings)
	}
	return p
}

// What .dockerignore leaves out is not of the image, and the file that is named after the Dockerfile goes before it.
func TestIgnored(t *testing.T) {
	t.Parallel()
	const source = "COPY . /app\nRUN make"
	for _, tt := range []struct{ name, file, patterns, want string }{
		{"nothing", "other", "", ""},
		{"one of two", ".dockerignore", "# the others\nb\nd\n", "a/requirements.txt"},
		{"all but one", ".dockerignore", "*\n!b/requirements-dev.txt\n", "b/requirements-dev.txt"},
		{"of the Dockerfile", "Dockerfile.dockerignore", "a\nd\n**/*-dev.txt\n", "b/base.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := services()
			files["Dockerfile"], files[".dockerignore"] = "FROM debian:12\n"+source+"\n", ""
			files[tt.file] = tt.patterns
			p := attributed(t, origin.Config{Root: directory(t, files)}, source)
			got, _ := p.VersionOf(2, finding.Package{Type: "python", Name: "jinja2", Version: "2.10"}, "/usr/lib/python3/j/METADATA")
			if got.Location.File != tt.want {
				t.Errorf("VersionOf() = %q, want %q", got.Location.File, tt.want)
			}
		})
	}
}

// The context is the repository where the Dockerfile of a service takes what only that has.
func TestContext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ source, context, want string }{
		{"COPY b/requirements-dev.txt /r.txt\nRUN make", "", "b/requirements-dev.txt"},
		{"COPY requirements.txt /r.txt\nRUN make", "", "a/requirements.txt"},
		{"COPY . /app\nRUN make", "", "a/requirements.txt"},
		{"COPY requirements-dev.txt /r.txt\nRUN make", "b", "b/requirements-dev.txt"},
	} {
		files := services()
		files["a/Dockerfile"] = "FROM debian:12\n" + tt.source + "\n"
		root := directory(t, files)
		cfg := origin.Config{Root: root, Dockerfile: filepath.Join(root, "a", "Dockerfile")}
		if tt.context != "" {
			cfg.Context = filepath.Join(root, tt.context)
		}
		p := attributed(t, cfg, tt.source)
		got, _ := p.VersionOf(2, finding.Package{Type: "python", Name: "jinja2", Version: "2.10"}, "/usr/lib/python3/j/METADATA")
		if got.Location.File != tt.want {
			t.Errorf("%q: VersionOf() = %q, want %q", tt.source, got.Location.File, tt.want)
		}
	}
}
