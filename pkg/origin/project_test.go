package origin_test

import (
	"path/filepath"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
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
