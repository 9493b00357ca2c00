package gate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// database builds one of advisories on lodash. Each reads id=introduced,fixed.
func database(t *testing.T, advisories ...string) string {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for _, a := range advisories {
		id, versions, _ := strings.Cut(a, "=")
		introduced, fixed, _ := strings.Cut(versions, ",")
		file := filepath.Join(dir, id+".json")
		body := fmt.Sprintf(`{"id": %q, "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "lodash"},
			"ranges": [{"type": "SEMVER", "events": [{"introduced": %q}, {"fixed": %q}]}]}]}`, id, introduced, fixed)
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	path := filepath.Join(dir, "db")
	if _, err := osv.Build(context.Background(), osv.Config{Dir: path, Files: files, Complete: true, Now: clock}); err != nil {
		t.Fatal(err)
	}
	return path
}

// A remedy says what brings a package, and what the version to upgrade to still has or brings, as far as that would block.
func TestRemedies(t *testing.T) {
	t.Parallel()
	img := lodash(vulnerable, imagetest.Gzip, "")
	img.Layers[1].Files = append(img.Layers[1].Files, imagetest.File{
		Name: "app/node_modules/outer/package.json", Body: `{"name": "outer", "version": "1.0.0", "dependencies": {"lodash": "^4"}}`,
	})
	path := write(t, "docker", img)
	tests := []struct {
		name       string
		advisories []string
		ignored    string // is accepted in writing
		want       []string
	}{
		{name: "what the version brings", advisories: []string{"ACME-1=0,4.17.21", "ACME-2=4.17.21,4.17.22", "ACME-3=0,4.17.21"}, want: []string{"lodash 4.17.4 → 4.17.21 removes 2, brings ACME-2, via outer"}},
		{
			name: "what would not block", advisories: []string{"ACME-1=0,4.17.21", "ACME-2=4.17.21,4.17.22", "ACME-3=0,4.17.21"}, ignored: "ACME-2",
			want: []string{"lodash 4.17.4 → 4.17.21 removes 2, brings , via outer"},
		},
		{
			name: "a cleaner version", advisories: []string{"ACME-1=0,4.17.21", "ACME-2=4.17.21,4.17.22", "ACME-3=0,4.17.22"},
			want: []string{"lodash 4.17.4 → 4.17.22 removes 2, brings , via outer"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, path)
			cfg.Database.Sources = databaseAt(database(t, tt.advisories...))
			if tt.ignored != "" {
				cfg.Policy.Exceptions = []policy.Exception{{ID: tt.ignored, Reason: "not called", Owner: "team@example.org", Expires: "2026-12-31"}}
				cfg.Now = clock
			}
			result, err := inspect(context.Background(), t, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			var got []string
			for _, s := range result.Report.Remedies.Steps {
				got = append(got, fmt.Sprintf("%s removes %d, brings %s, via %s", s.Title, s.Removes.Count, strings.Join(s.Brings, " "), strings.Join(s.Via, " ")))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("remedies (-want +got):\n%s", diff)
			}
		})
	}
}

// A path that is shown without the secret in it is that of the package all the same.
func TestRemedyBehindSecret(t *testing.T) {
	t.Parallel()
	img := lodash(vulnerable, imagetest.Gzip, "")
	files := append(img.Layers[1].Files, imagetest.File{Name: "app/node_modules/outer/package.json", Body: `{"name": "outer", "version": "1.0.0", "dependencies": {"lodash": "^4"}}`})
	for i := range files {
		files[i].Name = "srv/ghp_" + "R7mQ2xK9vT4bN8cJ1wZ6yH3sD5fG0aLpE2uX/" + files[i].Name
	}
	img.Layers[1].Files = files
	cfg := config(t, write(t, "docker", img))
	cfg.Database.Sources = databaseAt(database(t, "ACME-1=0,4.17.21"))
	result, err := inspect(context.Background(), t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var shown string
	for _, f := range result.Report.Findings {
		if f.ID == "ACME-1" {
			shown = f.Path
		}
	}
	isVia := func(s remedy.Step) bool { return slices.Equal(s.Via, []string{"outer"}) }
	if steps := result.Report.Remedies.Steps; !strings.HasPrefix(shown, "/srv/***/") || !slices.ContainsFunc(steps, isVia) {
		t.Errorf("the remedies of what is at %q are %+v, want one via outer", shown, steps)
	}
}
