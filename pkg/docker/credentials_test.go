package docker_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/docker"
)

func write(t *testing.T, name, body string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(body), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// first:pw, second:pw and inline:pw in base 64.
const (
	first  = `{"auths":{"a.example":{"auth":"Zmlyc3Q6cHc="},"https://old.example/v1/":{"auth":"Zmlyc3Q6cHc="},"https://index.docker.io/v1/":{"auth":"Zmlyc3Q6cHc="},"p.example/team/app":{"auth":"Zmlyc3Q6cHc="}}}`
	second = `{"auths":{"a.example":{"auth":"c2Vjb25kOnB3"},"b.example":{"identitytoken":"refresh"},"p.example":{"auth":"c2Vjb25kOnB3"}}}`
	within = `{"auths":{"a.example":{"auth":"aW5saW5lOnB3"}}}`
)

func TestAuth(t *testing.T) {
	t.Parallel()
	one, two := write(t, "config.json", first, 0o600), write(t, "auth.json", second, 0o600)
	missing := filepath.Join(t.TempDir(), "none.json")
	tests := []struct {
		name  string
		place docker.Place
		ask   []string
		want  docker.Auth
	}{
		{name: "nowhere", ask: []string{"a.example"}},
		{name: "no such file", place: docker.Place{Files: []string{missing}}, ask: []string{"a.example"}},
		{name: "the first file that exists", place: docker.Place{Files: []string{missing, one, two}}, ask: []string{"a.example"}, want: docker.Auth{Username: "first", Password: "pw"}},
		{name: "and none behind it", place: docker.Place{Files: []string{one, two}}, ask: []string{"b.example"}},
		{name: "what is inline counts before", place: docker.Place{Files: []string{one}, Inline: within}, ask: []string{"a.example"}, want: docker.Auth{Username: "inline", Password: "pw"}},
		{name: "and the file for the rest", place: docker.Place{Files: []string{two}, Inline: within}, ask: []string{"b.example"}, want: docker.Auth{IdentityToken: "refresh"}},
		{name: "an address with a scheme", place: docker.Place{Files: []string{one}}, ask: []string{"old.example"}, want: docker.Auth{Username: "first", Password: "pw"}},
		{name: "Docker Hub", place: docker.Place{Files: []string{one}}, ask: []string{"index.docker.io"}, want: docker.Auth{Username: "first", Password: "pw"}},
		{name: "Docker Hub as BuildKit calls it", place: docker.Place{Files: []string{one}}, ask: []string{"registry-1.docker.io"}, want: docker.Auth{Username: "first", Password: "pw"}},
		{name: "a repository before its registry", place: docker.Place{Files: []string{one}}, ask: []string{"p.example/team/app", "p.example"}, want: docker.Auth{Username: "first", Password: "pw"}},
		{name: "a registry for its repository", place: docker.Place{Files: []string{two}}, ask: []string{"p.example/team/app", "p.example"}, want: docker.Auth{Username: "second", Password: "pw"}},
		{name: "another host", place: docker.Place{Files: []string{one}}, ask: []string{"example"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config, err := tt.place.Read()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := config.Auth(context.Background(), tt.ask...); err != nil || got != tt.want {
				t.Errorf("Auth(%q) = %+v, %v, want %+v", tt.ask, got, err, tt.want)
			}
		})
	}
}

// A helper for one registry comes before the helper for all; one that fails is told.
func TestCredentialHelpers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the helpers of this test are shell scripts")
	}
	helpers := t.TempDir()
	for name, script := range map[string]string{
		"all":    `echo '{"Username":"all","Secret":"pw"}'`,
		"one":    `echo '{"Username":"<token>","Secret":"refresh"}'`,
		"none":   `echo 'credentials not found in native keychain'; exit 1`,
		"broken": `echo 'it is broken'; exit 1`,
	} {
		if err := os.WriteFile(filepath.Join(helpers, "docker-credential-"+name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", helpers+string(os.PathListSeparator)+os.Getenv("PATH"))
	config, err := docker.Place{Inline: `{"credsStore":"all","credHelpers":{"one.example":"one","none.example":"none","broken.example":"broken"}}`}.Read()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]docker.Auth{
		"any.example":  {Username: "all", Password: "pw"},
		"one.example":  {IdentityToken: "refresh"},
		"none.example": {},
	} {
		if got, err := config.Auth(context.Background(), host); err != nil || got != want {
			t.Errorf("Auth(%s) = %+v, %v, want %+v", host, got, err, want)
		}
	}
	if _, err := config.Auth(context.Background(), "broken.example"); err == nil || !strings.Contains(err.Error(), "broken.example") {
		t.Errorf("Auth(broken.example) = %v, want the failure of its helper", err)
	}
}

// What the process's environment names is nothing that was passed in.
func TestEnvironmentIsNotRead(t *testing.T) {
	dir := filepath.Dir(write(t, "config.json", first, 0o600))
	for _, name := range []string{"DOCKER_CONFIG", "HOME"} {
		t.Setenv(name, dir)
	}
	t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(dir, "config.json"))
	t.Setenv("DOCKER_AUTH_CONFIG", within)
	for _, place := range []docker.Place{{}, {Inline: second}} {
		config, err := place.Read()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := config.Auth(context.Background(), "https://old.example/v1/", "old.example"); err != nil || got != (docker.Auth{}) {
			t.Errorf("Auth() = %+v, %v, want nothing", got, err)
		}
	}
	config, err := docker.Place{Inline: second}.Read()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := config.Auth(context.Background(), "a.example"); err != nil || got.Username != "second" {
		t.Errorf("Auth(a.example) = %+v, %v, want second", got, err)
	}
}

func TestDamagedConfigurations(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]docker.Place{
		"no JSON":        {Files: []string{write(t, "config.json", `{"auths":`, 0o600)}},
		"no base 64":     {Files: []string{write(t, "config.json", `{"auths":{"a.example":{"auth":"hush hush"}}}`, 0o600)}},
		"a directory":    {Files: []string{t.TempDir()}},
		"inline":         {Inline: `hush`},
		"inline, broken": {Inline: `{"auths":{"a.example":{"auth":"hush hush"}}}`},
	} {
		if _, err := place.Read(); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: Read() = %v, want an error that shows no credentials", name, err)
		}
	}
}
