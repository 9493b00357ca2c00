package origin_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/origin"
)

// A Dockerfile that lies where one is expected may be anything; one that was named has to be one.
func TestOpenProject(t *testing.T) {
	t.Parallel()
	root := directory(t, map[string]string{"right/Dockerfile": dockerfile, "wrong/Dockerfile": "NONSENSE\n", "empty/README": ""})
	at := func(elem ...string) string { return filepath.Join(append([]string{root}, elem...)...) }
	tests := []struct {
		name    string
		cfg     origin.Config
		want    bool // a project
		request bool // a wrong request
	}{
		{name: "found", cfg: origin.Config{Root: at("right")}, want: true},
		{name: "not found", cfg: origin.Config{Root: at("empty")}},
		{name: "found, and no Dockerfile", cfg: origin.Config{Root: at("wrong")}},
		{name: "named", cfg: origin.Config{Root: at("empty"), Dockerfile: at("right", "Dockerfile")}, want: true},
		{name: "named and missing", cfg: origin.Config{Root: at("right"), Dockerfile: at("empty", "Dockerfile")}, request: true},
		{name: "named, and no Dockerfile", cfg: origin.Config{Root: at("right"), Dockerfile: at("wrong", "Dockerfile")}, request: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := origin.OpenProject(tt.cfg)
			if (got != nil) != tt.want || fault.IsRequest(err) != tt.request || (err != nil) != tt.request {
				t.Errorf("OpenProject() = %v, %v, want a project: %t, a wrong request: %t", got, err, tt.want, tt.request)
			}
		})
	}
}

// What others put into the project leads to no file outside of it, is not waited for, and is not repeated.
func TestOpenProjectStaysInside(t *testing.T) {
	t.Parallel()
	outside := directory(t, map[string]string{"secret": "HUSH=hush\n", "Dockerfile": dockerfile, "go.mod": "require example.com/out v1.0.0\n"})
	root := directory(t, map[string]string{
		"Dockerfile": dockerfile, "sub/Dockerfile": dockerfile, "broken": "FROM a\nHUSH=hush\n", "large": "FROM a\n" + strings.Repeat("#\n", 2<<20), "go.mod": "",
	})
	at := func(elem ...string) string { return filepath.Join(append([]string{root}, elem...)...) }
	for name, target := range map[string]string{
		"out": filepath.Join(outside, "secret"), "valid": filepath.Join(outside, "Dockerfile"), "within": "Dockerfile", "away": outside, "device": "/dev/zero",
	} {
		if err := os.Symlink(target, at(name)); err != nil {
			t.Skip(err)
		}
	}
	tests := []struct {
		name, dockerfile string
		want             bool
	}{
		{"a link out", at("out"), false},
		{"a link to a Dockerfile outside", at("valid"), false},
		{"below a link out", at("away", "Dockerfile"), false},
		{"a link to a device", at("device"), false},
		{"a link within", at("within"), true},
		{"a directory", at("sub"), false},
		{"too large", at("large"), false},
		{"not valid", at("broken"), false},
		{"outside, as named", filepath.Join(outside, "Dockerfile"), true},
		{"outside and not valid", filepath.Join(outside, "secret"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := origin.OpenProject(origin.Config{Root: root, Dockerfile: tt.dockerfile})
			if (p != nil) != tt.want || (err == nil) != tt.want || fault.IsRequest(err) == tt.want {
				t.Errorf("OpenProject() = %v, %v, want a project: %t, else a wrong request", p, err, tt.want)
			}
			if err != nil && strings.Contains(strings.ToLower(err.Error()), "hush") {
				t.Errorf("the error repeats the file: %v", err)
			}
		})
	}
	// One that nobody named is passed over, and a context that a link leads out to has no lock files.
	if err := errors.Join(os.Mkdir(at("linked"), 0o755), os.Symlink(filepath.Join(outside, "Dockerfile"), at("linked", "Dockerfile"))); err != nil {
		t.Fatal(err)
	}
	if p, err := origin.OpenProject(origin.Config{Root: at("linked")}); p != nil || err != nil {
		t.Errorf("OpenProject(found a link out) = %v, %v, want nothing", p, err)
	}
	of := finding.Package{Type: "go-module", Name: "example.com/out", Version: "v1.0.0"}
	for context, want := range map[string]bool{at("away"): false, outside: true} {
		x, err := origin.Locks(root, context)
		if _, found := x.Find(of); err != nil || found != want {
			t.Errorf("locks(%s): found = %t, %v, want %t", context, found, err, want)
		}
	}
}

// Locations are named from the repository's root, wherever the run's working directory is.
func TestLocationsAreRelative(t *testing.T) {
	t.Parallel()
	root := directory(t, map[string]string{"docker/app/Dockerfile": dockerfile})
	inside := project(t, origin.Config{Root: root, Dockerfile: filepath.Join(root, "docker", "app", "Dockerfile")})
	outside := project(t, origin.Config{Root: t.TempDir(), Dockerfile: filepath.Join(root, "docker", "app", "Dockerfile")})
	img := open(t, built(""))
	if got := origin.Attribute(img, inside, nil).Base.Location.File; got != "docker/app/Dockerfile" {
		t.Errorf("the file is %s, want docker/app/Dockerfile", got)
	}
	if got := origin.Attribute(img, outside, nil).Base.Location.File; got != filepath.ToSlash(filepath.Join(root, "docker", "app", "Dockerfile")) {
		t.Errorf("the file outside the repository is %s", got)
	}
}
