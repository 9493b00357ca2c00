package builder

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
)

// directory is a build context with a Dockerfile.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if _, given := files["Dockerfile"]; !given {
		write(t, filepath.Join(dir, "Dockerfile"), "FROM scratch\n")
	}
	for name, body := range files {
		write(t, filepath.Join(dir, name), body)
	}
	return dir
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o755); err != nil {
		t.Fatal(err)
	}
}

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	dir := directory(t, map[string]string{"sub/Other": "FROM scratch\n", "labels/Plain": "ARG TAG=1\nFROM debian:$TAG AS t\n",
		"labels/Pinned": "FROM debian:12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
		"labels/Own":    "FROM debian\nLABEL a=b org.opencontainers.image.revision=mine\nLABEL org.opencontainers.image.base.name=mine\n"})
	tests := []struct {
		name string
		cfg  Config
		want map[string]string
	}{
		{"nothing", Config{}, map[string]string{"filename": "Dockerfile"}},
		{"another file", Config{Dockerfile: filepath.Join(dir, "sub", "Other")}, map[string]string{"filename": "Other"}},
		{"arguments", Config{Args: []string{"A=1", "B=", "C", "D", "E=a=b,c"}, Getenv: env("C", "3")},
			map[string]string{"filename": "Dockerfile", "build-arg:A": "1", "build-arg:B": "", "build-arg:C": "3", "build-arg:E": "a=b,c"}},
		{"labels", Config{Labels: []string{"a=1=2", "b"}}, map[string]string{"filename": "Dockerfile", "label:a": "1=2", "label:b": ""}},
		{"platforms", Config{Platforms: []string{"linux/amd64,linux/arm64/v8", "linux/arm64"}},
			map[string]string{"filename": "Dockerfile", "platform": "linux/amd64,linux/arm64"}},
		{"where it comes from", Config{Source: "https://git.example/app", Revision: "0123", Created: time.Date(2026, 11, 26, 3, 4, 5, 0, time.FixedZone("", 3600)), Dockerfile: filepath.Join(dir, "labels", "Plain"), Args: []string{"TAG=12"}},
			map[string]string{"filename": "Plain", "build-arg:TAG": "12", "label:org.opencontainers.image.source": "https://git.example/app", "label:org.opencontainers.image.revision": "0123",
				"label:org.opencontainers.image.created": "2026-11-26T02:04:05Z", "label:org.opencontainers.image.base.name": "debian:12", "label:org.opencontainers.image.base.digest": ""}},
		{"a base by its digest, and a time that is given", Config{Created: time.Unix(1, 0), Dockerfile: filepath.Join(dir, "labels", "Pinned"), Args: []string{"SOURCE_DATE_EPOCH=86400"}, Labels: []string{"org.opencontainers.image.source=ours"}, Source: "theirs"},
			map[string]string{"filename": "Pinned", "build-arg:SOURCE_DATE_EPOCH": "86400", "label:org.opencontainers.image.source": "ours", "label:org.opencontainers.image.created": "1970-01-02T00:00:00Z",
				"label:org.opencontainers.image.base.name": "debian:12", "label:org.opencontainers.image.base.digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
		{"labels of the Dockerfile", Config{Source: "s", Revision: "r", Dockerfile: filepath.Join(dir, "labels", "Own")},
			map[string]string{"filename": "Own", "label:org.opencontainers.image.source": "s"}},
		{"switches", Config{Target: "t", NoCache: true, Pull: true, Network: "none"},
			map[string]string{"filename": "Dockerfile", "target": "t", "no-cache": "", "image-resolve-mode": "pull", "force-network-mode": "none"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Context = dir
			if tt.cfg.Getenv == nil {
				tt.cfg.Getenv = env()
			}
			r, err := newRequest(tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.attrs); diff != "" {
				t.Errorf("the attributes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCaches(t *testing.T) {
	t.Parallel()
	runner := env("ACTIONS_RUNTIME_TOKEN", "T", "ACTIONS_RESULTS_URL", "https://results", "ACTIONS_CACHE_SERVICE_V2", "True")
	tests := []struct {
		option string
		want   client.CacheOptionsEntry
	}{
		{"registry.example/app:cache", client.CacheOptionsEntry{Type: "registry", Attrs: map[string]string{"ref": "registry.example/app:cache"}}},
		{"type=registry,ref=r/a,mode=max", client.CacheOptionsEntry{Type: "registry", Attrs: map[string]string{"ref": "r/a", "mode": "max"}}},
		{`type=local,"src=a,b",dest=c`, client.CacheOptionsEntry{Type: "local", Attrs: map[string]string{"src": "a,b", "dest": "c"}}},
		{"type=gha,scope=s", client.CacheOptionsEntry{Type: "gha", Attrs: map[string]string{"scope": "s", "token": "T", "url": "https://results", "url_v2": "https://results"}}},
		{"type=gha,token=own,url=u,version=1", client.CacheOptionsEntry{Type: "gha", Attrs: map[string]string{"token": "own", "url": "u", "version": "1"}}},
	}
	for _, tt := range tests {
		for _, input := range []fault.Input{cacheFrom, cacheTo} {
			got, err := parseCache(input, tt.option, runner)
			if err != nil {
				t.Errorf("parseCache(%s, %q): %v", input, tt.option, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseCache(%s, %q) (-want +got):\n%s", input, tt.option, diff)
			}
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	write(t, file, "from the file\n")
	getenv := env("TOKEN", "from the environment")
	tests := []struct{ option, id, value string }{
		{"id=a,src=" + file, "a", "from the file\n"},
		{"type=file,id=a,source=" + file, "a", "from the file\n"},
		{`id=a,"src=` + file + `"`, "a", "from the file\n"},
		{"id=a,env=TOKEN", "a", "from the environment"},
		{"id=a,type=env,src=TOKEN", "a", "from the environment"},
		{"id=TOKEN", "TOKEN", "from the environment"},
		{"id=TOKEN,type=env", "TOKEN", "from the environment"},
		{"id=" + file, file, "from the file\n"},
		{"id=a,env=UNSET", "a", ""},
	}
	for _, tt := range tests {
		id, value, err := readSecret(tt.option, getenv)
		if err != nil || id != tt.id || string(value) != tt.value {
			t.Errorf("readSecret(%q) = %q, %q, %v, want %q, %q", tt.option, id, value, err, tt.id, tt.value)
		}
	}
}

// A wrong request is told before any daemon is asked, with a remedy, and without what may be secret.
func TestWrongRequests(t *testing.T) {
	t.Parallel()
	dir := directory(t, map[string]string{"large": strings.Repeat("x", 600<<10), "wide": "\xff\xfeF\x00R\x00O\x00M\x00"})
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no context", Config{Context: "-"}, "no build context"},
		{"missing context", Config{Context: filepath.Join(dir, "missing")}, "there is no directory"},
		{"file as context", Config{Context: filepath.Join(dir, "Dockerfile")}, "is a file"},
		{"missing Dockerfile", Config{Dockerfile: filepath.Join(dir, "missing")}, "there is no Dockerfile"},
		{"Dockerfile in UTF-16", Config{Dockerfile: filepath.Join(dir, "wide")}, "is in UTF-16"},
		{"directory as Dockerfile", Config{Dockerfile: dir}, "is a directory"},
		{"argument", Config{Args: []string{"=hush"}}, "build argument has no name"},
		{"label", Config{Labels: []string{"=x"}}, "has no name"},
		{"platform", Config{Platforms: []string{"linux/amd64,window"}}, `unknown platform "window"`},
		{"network", Config{Network: "bridge"}, "unknown network"},
		{"cache", Config{CacheFrom: []string{"type=registry"}}, "lacks ref="},
		{"cache type", Config{CacheTo: []string{"type=rgistry,ref=a"}}, `the type "rgistry"`},
		{"inline from", Config{CacheFrom: []string{"type=inline"}}, `the type "inline"`},
		{"cache list", Config{CacheTo: []string{"type=local,dest"}}, "part 2 is not NAME=VALUE"},
		{"empty cache", Config{CacheTo: []string{""}}, "reading a build cache"},
		{"secret without id", Config{Secrets: []string{"src=hush"}}, "no id"},
		{"secret that is no list", Config{Secrets: []string{"hush"}}, "part 1 is not NAME=VALUE"},
		{"secret with quotes", Config{Secrets: []string{`id=a,src="hush`}}, "not a list"},
		{"unknown part", Config{Secrets: []string{"id=a,path=hush"}}, `unknown part "path"`},
		{"two sources", Config{Secrets: []string{"id=a,src=x,env=hush"}}, "both src and env"},
		{"type of secret", Config{Secrets: []string{"id=a,type=hush"}}, "neither file nor env"},
		{"missing secret", Config{Secrets: []string{"id=a,src=" + filepath.Join(dir, "missing")}}, "no such file"},
		{"large secret", Config{Secrets: []string{"id=a,src=" + filepath.Join(dir, "large")}}, "larger than"},
		{"ssh without agent", Config{SSH: []string{"default"}}, "no agent runs"},
		{"ssh without name", Config{SSH: []string{"=x"}}, "has no name"},
		{"missing key", Config{SSH: []string{"default=" + filepath.Join(dir, "missing")}}, "no such file"},
		{"no key", Config{SSH: []string{"default=" + filepath.Join(dir, "Dockerfile")}}, "preparing the SSH agents"},
		{"builder", Config{Builder: "ftp://x"}, "not the address of a BuildKit daemon"},
		{"builder without address", Config{Builder: "unix://"}, "not the address of a BuildKit daemon"},
		{"Docker host", Config{Docker: docker.Daemon{Host: "ssh://x"}}, "not a usable address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			switch tt.cfg.Context {
			case "":
				tt.cfg.Context = dir
			case "-":
				tt.cfg.Context = ""
			}
			tt.cfg.TempDir = t.TempDir()
			_, err := Build(context.Background(), tt.cfg)
			if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) || len(fault.Hints(err)) != 1 {
				t.Fatalf("Build = %v with the hints %q, want a wrong request that says %q", err, fault.Hints(err), tt.want)
			}
			if said := err.Error() + strings.Join(fault.Hints(err), ""); strings.Contains(said, "hush") {
				t.Errorf("the message gives away what may be secret: %s", said)
			}
			if left, _ := os.ReadDir(tt.cfg.TempDir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
