package login_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/login"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const (
	acr   = "example.azurecr.io"
	other = "registry.example:5000"
)

// inline is a Docker configuration with a user and a password for each of the names: dXNlcjpwYXNz is user:pass.
func inline(names ...string) docker.Place {
	var auths []string
	for _, name := range names {
		auths = append(auths, `"`+name+`":{"auth":"dXNlcjpwYXNz"}`)
	}
	return docker.Place{Inline: `{"auths":{` + strings.Join(auths, ",") + `}}`}
}

// directory has one identity, which the tenant takes or refuses.
func directory(t *testing.T, ambient bool, refuse string) *entra.Directory {
	t.Helper()
	a, err := registrytest.StartFakeAzure(registrytest.FakeAzureConfig{
		Tenant: "tenant", Client: "client", Secret: "s3cret", Subject: "job", Audience: "api", CIToken: "ci", Pull: true, Push: true,
		Refuse: func(r *http.Request) string { return refuse },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return entra.New(entra.Config{Transport: a.Transport(), Identities: []entra.Identity{
		{Kind: entra.Secret, TenantID: "tenant", ClientID: "client", Secret: "s3cret", Ambient: ambient},
	}})
}

// The order in which logins are looked for: the row below takes away what the row above logs in with.
func TestOrder(t *testing.T) {
	t.Parallel()
	connection := []login.Connection{{Registry: "Example.azurecr.io", Name: "the service connection prod", Username: "robot", Password: "pw"}}
	all := inline(acr, other, "https://index.docker.io/v1/")
	tests := []struct {
		name string
		cfg  login.Config
		host string
		want string // the account
	}{
		{"user and password", login.Config{Username: "me", Password: "pw", Connections: connection, Entra: directory(t, false, ""), Docker: all}, acr, "the user me"},
		{"service connection", login.Config{Connections: connection, Entra: directory(t, false, ""), Docker: all}, acr, "the user robot of the service connection prod"},
		{"Entra", login.Config{Entra: directory(t, false, ""), Docker: all}, acr, "the service principal client (tenant tenant)"},
		{"Docker, where Entra has nobody", login.Config{Entra: directory(t, true, "AADSTS1: no"), Docker: all}, acr, "the user user of the Docker configuration"},
		{"Docker", login.Config{Docker: all}, acr, "the user user of the Docker configuration"},
		{"nobody", login.Config{Docker: inline("elsewhere.example")}, acr, ""},
		{"a connection of another registry", login.Config{Connections: connection}, other, ""},
		{"Entra for another registry than Azure's", login.Config{Entra: directory(t, false, ""), Docker: all}, other, "the user user of the Docker configuration"},
		{"Docker Hub", login.Config{Docker: all}, "docker.io", "the user user of the Docker configuration"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ref := tt.host + "/team/app"
			tt.cfg.Push = []string{ref + ":1"}
			if got := ask(t, tt.cfg, ref); got.Account != tt.want {
				t.Errorf("%s logs in, want %q", got.Account, tt.want)
			}
		})
	}
}

func ask(t *testing.T, cfg login.Config, repository string) registry.Credentials {
	t.Helper()
	logins, err := login.Resolve(cfg)
	if err != nil {
		t.Fatal(err)
	}
	found, err := logins[registry.Host(repository)](context.Background(), repository)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The user name and the password go to one registry, and to nobody else.
func TestOnePasswordOneRegistry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		push, read []string
		databases  []string
		want       []string // hosts that get the password
		refused    []string // words of the error
	}{
		{name: "pushed to", push: []string{"a.example/app:1"}, want: []string{"a.example"}},
		{name: "two tags of one registry", push: []string{"a.example/app:1", "A.example:443/other:2"}, want: []string{"a.example"}},
		{name: "read from the same", push: []string{"a.example/app:1"}, read: []string{"a.example/staging"}, want: []string{"a.example"}},
		{name: "read from elsewhere", push: []string{"a.example/app:1"}, read: []string{"b.example/staging", "c.example/base"}, want: []string{"a.example"}},
		{name: "scanned without a push", read: []string{"b.example/staging", "c.example/base"}, want: []string{"b.example"}},
		{name: "scanned from a file", read: []string{"", "c.example/base"}},
		{name: "scanned from a file, with a database in a registry", read: []string{"", "c.example/base"}, databases: []string{"d.example/db", "d.example/other"}, want: []string{"d.example"}},
		{name: "scanned from a registry, with a database in another", read: []string{"b.example/staging"}, databases: []string{"d.example/db"}, want: []string{"b.example"}},
		{name: "pushed to, with a database in another", push: []string{"a.example/app:1"}, databases: []string{"d.example/db"}, want: []string{"a.example"}},
		{name: "databases in two registries", databases: []string{"d.example/db", "e.example/db"}, refused: []string{"d.example", "e.example", "docker login"}},
		{name: "nothing", want: nil},
		{name: "two registries", push: []string{"a.example/app:1", "b.example/app:1"}, refused: []string{"a.example", "b.example", "docker login"}},
		{name: "two ports", push: []string{"a.example:1/app:1", "a.example:2/app:1"}, refused: []string{"a.example:1", "a.example:2"}},
		{name: "two names of one machine", push: []string{"127.0.0.1:5000/app", "localhost:5000/app"}, refused: []string{"127.0.0.1:5000", "localhost:5000"}},
		{name: "Docker Hub by short name", push: []string{"team/app", "ghcr.io/team/app"}, refused: []string{"index.docker.io", "ghcr.io"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			logins, err := login.Resolve(login.Config{Push: tt.push, Read: tt.read, Databases: tt.databases, Username: "me", Password: "hidden-word"})
			if len(tt.refused) > 0 {
				text := strings.Join(append(fault.Hints(err), err.Error()), "\n")
				if !fault.IsRequest(err) || strings.Contains(text, "hidden-word") {
					t.Errorf("Resolve() = %v, want a wrong request", err)
				}
				for _, word := range tt.refused {
					if !strings.Contains(text, word) {
						t.Errorf("Resolve() says %q, want %q in it", text, word)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for host, l := range logins {
				found, err := l(context.Background(), host+"/app")
				if err != nil {
					t.Fatal(err)
				}
				if found.Password == "hidden-word" {
					got = append(got, host)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("who gets the password (-want +got):\n%s", diff)
			}
		})
	}
	for _, cfg := range []login.Config{{Username: "me"}, {Password: "hidden-word"}} {
		if _, err := login.Resolve(cfg); !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
			t.Errorf("Resolve(%+v) = %v, want a wrong request with a remedy", cfg, err)
		}
	}
}

// Where nobody logs in, the remedy knows what could.
func TestRemedies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cfg  login.Config
		repo string
		want string
	}{
		{"pushed to", login.Config{Push: []string{"a.example/app"}}, "a.example/app", "check registry-username and registry-password, or docker login a.example"},
		{"read", login.Config{Push: []string{"a.example/app"}, Read: []string{"b.example/app"}}, "b.example/app", "log in with docker login b.example, whose configuration docker-config names on a CI system; registry-username"},
		{"without inputs", login.Config{Read: []string{"", "b.example/app"}, OnlyDocker: true}, "b.example/app", "log in with docker login b.example, whose configuration docker-config names on a CI system"},
		{"Azure's without inputs", login.Config{Read: []string{"", acr + "/app"}, OnlyDocker: true, Entra: directory(t, true, "AADSTS1: no")}, acr + "/app", "log in with azure-identity or docker login"},
		{"Azure's", login.Config{Push: []string{acr + "/app"}}, acr + "/app", "log in with azure-identity"},
		{"Azure's, where an identity failed", login.Config{Push: []string{acr + "/app"}, Entra: directory(t, true, "AADSTS1: not today")}, acr + "/app", "AADSTS1: not today"},
	}
	for _, tt := range tests {
		if got := ask(t, tt.cfg, tt.repo); got.Account != "" || !strings.Contains(got.Remedy.String(), tt.want) {
			t.Errorf("%s: the remedy is %q for %q, want %q for nobody", tt.name, got.Remedy, got.Account, tt.want)
		} else if tt.cfg.OnlyDocker && strings.Contains(got.Remedy.String(), "registry-username") {
			t.Errorf("%s: the remedy is %q, and names an input that is not used", tt.name, got.Remedy)
		}
	}
}

// An identity that was asked for and that Entra refuses ends the run: another account is not what the user meant.
func TestEntraRefuses(t *testing.T) {
	t.Parallel()
	logins, err := login.Resolve(login.Config{Push: []string{acr + "/app"}, Entra: directory(t, false, "AADSTS1: no"), Docker: inline(acr)})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := logins[acr](context.Background(), acr+"/app"); err == nil || !strings.Contains(err.Error(), "AADSTS1") {
		t.Errorf("the login gives %+v, %v, want Entra's refusal", found, err)
	}
}

// A credential helper that is not there, or that fails, ends the login, each with its own remedy.
func TestCredentialHelperFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the helper of this test is a shell script")
	}
	helpers := t.TempDir()
	for name, script := range map[string]string{"broken": "echo it is broken; exit 1", "endless": "head -c 2097152 /dev/zero"} {
		if err := os.WriteFile(filepath.Join(helpers, "docker-credential-"+name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", helpers+string(os.PathListSeparator)+os.Getenv("PATH"))
	for helper, want := range map[string]string{
		"missing": "install docker-credential-missing, which the Docker configuration names, or give registry-username and registry-password",
		"broken":  "log in again with docker login a.example, or with the program that docker-credential-broken belongs to",
		"endless": "see what echo a.example | docker-credential-endless get does on this machine: it may wait for somebody to unlock a key ring; or give registry-username and registry-password",
	} {
		config := docker.Place{Inline: `{"credHelpers":{"a.example":"` + helper + `"}}`}
		logins, err := login.Resolve(login.Config{Push: []string{"a.example/app"}, Docker: config})
		if err != nil {
			t.Fatal(err)
		}
		_, err = logins["a.example"](context.Background(), "a.example/app")
		if hints := strings.Join(fault.Hints(err), "\n"); err == nil || hints != want {
			t.Errorf("with the helper %s the login fails with %v, hint %q, want %q", helper, err, hints, want)
		}
	}
}

// A Docker configuration that cannot be read is no reason to go on without credentials. It is read when a registry
// asks.
func TestDamagedDockerConfiguration(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(`{"auths":`), 0o600); err != nil {
		t.Fatal(err)
	}
	logins, err := login.Resolve(login.Config{Push: []string{"a.example/app"}, Docker: docker.Place{Files: []string{path}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := logins["a.example"](context.Background(), "a.example/app"); err == nil || len(fault.Hints(err)) == 0 {
		t.Errorf("the login fails with %v, want a remedy", err)
	}
}
