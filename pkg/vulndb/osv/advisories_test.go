package osv

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// parse reads advisories from one file.
func parse(t *testing.T, name, content string) (*Advisories, error) {
	t.Helper()
	return Parse(t.Context(), Contents([]File{{Name: name, Content: []byte(content)}}), vulndbtest.BuiltAt())
}

func TestParseYAML(t *testing.T) {
	t.Parallel()
	const json = `{"id":"T-1","modified":"2026-01-01T00:00:00Z","aliases":null,"affected":[{"package":{"ecosystem":"npm","name":"some"},
		"ranges":[{"type":"SEMVER","events":[{"introduced":"1.10"},{"fixed":"2.0"}]}],"versions":["0.10","1e3"]}]}`
	const yaml = `# Of our own package.
- id: T-1
  modified: 2026-01-01T00:00:00Z
  aliases:
  affected:
    - package: {ecosystem: npm, name: some}
      ranges: [{type: SEMVER, events: [{introduced: 1.10}, {fixed: 2.0}]}]
      versions: [0.10, 1e3]
`
	want, err := parse(t, "a.json", json)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"a.yaml": yaml, "b.YML": json} {
		got, err := parse(t, name, content)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want.list[0].packages, got.list[0].packages); diff != "" {
			t.Errorf("%s says something else than a.json (-JSON +YAML):\n%s", name, diff)
		}
	}
}

func TestParseYAMLRefuses(t *testing.T) {
	t.Parallel()
	const head = "id: T-1\naffected:\n  - package: {ecosystem: npm, name: some}\n"
	tests := []struct{ name, content, want string }{
		{"a field", head + "    ranges:\n      - type: SEMVER\n        events:\n          - introduced: 1 || 2\n",
			`a.yaml:7:13: advisory T-1: affected[0].ranges[0].events[0].introduced: "1 || 2" is not a version`},
		{"a missing field", head + "    ranges:\n      - type: SEMVER\n", `a.yaml:5:9: advisory T-1: affected[0].ranges[0]: it has no introduced event`},
		{"in the second document", "id: OK-1\nwithdrawn: 2026-01-01T00:00:00Z\n---\n" + head, `a.yaml:6:5: advisory T-1: affected[0]: it has neither`},
		{"in a list", "- id: OK-1\n  withdrawn: 2026-01-01T00:00:00Z\n- id: T-1\n  published: soon\n", `a.yaml:4:3: advisory T-1: published: "soon"`},
		{"another type", "id: T-1\naffected: none\n", `a.yaml:2:1: advisory T-1: affected: string does not belong here`},
		{"a key twice", "id: T-1\nid: T-2\n", `a.yaml:2:1: the key "id" is in line 1 already`},
		{"no YAML", "id: [\n", `the file is no valid YAML`},
		{"no object", "- T-1\n", `a.yaml:1:3: an advisory is an object`},
		{"nothing", "# nothing\n", `a.yaml holds no advisory`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, "a.yaml", tt.content)
			vulndbtest.WantError(t, err, true, tt.want)
		})
	}
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'h'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), c-1)
	}
	_, err := parse(t, "a.yaml", bomb)
	vulndbtest.WantError(t, err, true, "more than 100000 values")
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	const commits = `"ranges":[{"type":"GIT","repo":"https://example.com/a","events":[{"introduced":"0"}]}]`
	got, err := parse(t, "a.json", `{"id":"T-1","affected":[{`+commits+`},{"package":{"ecosystem":"npm","name":"a"},`+commits+`},
		{"package":{"ecosystem":"npm","name":"b"},"versions":["1"],`+commits+`}]}`)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "Unmatched", got.Unmatched(), []string{"T-1 (affected[0])", "T-1 (a)"})
	if n := len(got.list[0].packages); n != 1 {
		t.Errorf("%d packages can be matched, want that with a version", n)
	}
}

func TestKeep(t *testing.T) {
	t.Parallel()
	of := func(id, version string) string { return record(id, "npm", "some", `,"versions":["`+version+`"]`) }
	before, err := parse(t, "a.json", of("T-1", "1")+of("T-2", "1")+of("T-4", "1"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := parse(t, "b.yaml", "["+of("T-1", "1")+","+of("T-2", "2")+","+of("T-3", "1")+`,{"id":"T-4","withdrawn":"2026-01-01T00:00:00Z"}]`)
	if err != nil {
		t.Fatal(err)
	}
	want, err := parse(t, "c.json", of("T-4", "1")+of("T-3", "1")+of("T-2", "1")+of("T-1", "1"))
	if err != nil {
		t.Fatal(err)
	}
	if after.Digest() == want.Digest() {
		t.Fatal("other advisories have the same digest")
	}
	vulndbtest.Diff(t, "Keep", after.Keep(before), []string{"T-2", "T-4"})
	if after.Digest() != want.Digest() || after.Len() != 4 {
		t.Errorf("%d advisories with the digest %s, want 4 with %s", after.Len(), after.Digest(), want.Digest())
	}
}

// An advisory counts until the day on which it is withdrawn.
func TestParseWithdrawn(t *testing.T) {
	t.Parallel()
	for date, want := range map[time.Time]int{vulndbtest.BuiltAt(): 0, vulndbtest.BuiltAt().Add(time.Second): 1} {
		got, err := parse(t, "a.json", strings.TrimSuffix(record("T-1", "npm", "some", `,"versions":["1"]`), "}")+`,"withdrawn":"`+date.Format(time.RFC3339)+`"}`)
		if err != nil || got.Len() != want {
			t.Errorf("Parse() of what is withdrawn %s = %d advisories, %v, want %d", date, got.Len(), err, want)
		}
	}
}

func TestReadFiles(t *testing.T) {
	t.Parallel()
	root, elsewhere := t.TempDir(), t.TempDir()
	vulndbtest.WriteFile(t, elsewhere, "a.json", []byte("{}"))
	for _, name := range []string{"own/b.json", "own/deep/a.YAML", "own/deep/c.yml", "own/README.md"} {
		vulndbtest.WriteFile(t, root, name, []byte(name))
	}
	files, err := ReadFiles(t.Context(), root, []string{filepath.Join(root, "own"), filepath.Join(root, "own", "b.json"), filepath.Join(root, "own", "README.md")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		name, err := filepath.Rel(root, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		vulndbtest.Diff(t, "content of "+name, string(f.Content), filepath.ToSlash(name))
		names = append(names, filepath.ToSlash(name))
	}
	vulndbtest.Diff(t, "files", names, []string{"own/README.md", "own/b.json", "own/deep/a.YAML", "own/deep/c.yml"})

	if err := os.Symlink(filepath.Join(elsewhere, "a.json"), filepath.Join(root, "own", "link.json")); err != nil {
		t.Skip(err)
	}
	_, err = ReadFiles(t.Context(), root, []string{filepath.Join(root, "own")})
	vulndbtest.WantError(t, err, true, "link.json")
	_, err = ReadFiles(t.Context(), root, []string{filepath.Join(root, "none")})
	vulndbtest.WantError(t, err, true, "does not exist")
}

// What a link to a directory leads to is read, or refused, and never left out.
func TestReadFilesBehindLinks(t *testing.T) {
	t.Parallel()
	root, elsewhere := t.TempDir(), t.TempDir()
	vulndbtest.WriteFile(t, elsewhere, "a.json", []byte("{}"))
	for _, name := range []string{"own/a.json", "part/b.json", "loop/c.json", "note/d.json", "note/README", "dangling/e.json"} {
		vulndbtest.WriteFile(t, root, name, []byte("{}"))
	}
	for name, target := range map[string]string{
		"inside": "own", "outside": elsewhere, "part/shared": "../own", "loop/self": ".", "note/LIESMICH": "README", "dangling/shared": "nothing",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	vulndbtest.WriteFile(t, root, "texts/README.md", nil)
	tests := []struct {
		name, path string
		want       string // the file that is read
		refused    string // empty where nothing is wrong
	}{
		{name: "a directory of the project", path: "inside", want: "inside/a.json"},
		{name: "with a separator", path: "inside/", want: "inside/a.json"},
		{name: "a directory outside of it", path: "outside", refused: "reading outside/a.json"},
		{name: "a directory below", path: "part", refused: "shared is a link to another directory"},
		{name: "the directory itself", path: "loop", refused: "self is a link to another directory"},
		{name: "nothing", path: "dangling", refused: "shared is a link to another directory"},
		{name: "a file that is no advisory", path: "note", want: "note/d.json"},
		{name: "an empty directory", path: "empty", refused: "empty holds no advisories"},
		{name: "a directory of other files", path: "texts", refused: "texts holds no advisories"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files, err := ReadFiles(t.Context(), root, []string{root + "/" + tt.path})
			if tt.refused != "" {
				vulndbtest.WantError(t, err, true, tt.refused)
				return
			}
			if err != nil || len(files) != 1 || files[0].Name != filepath.Join(root, tt.want) {
				t.Errorf("ReadFiles(%s) = %v, %v, want %s", tt.path, files, err, tt.want)
			}
		})
	}
}

func TestReadFilesBounds(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	large := vulndbtest.WriteFile(t, root, "large.json", make([]byte, MaxSize-1))
	small := vulndbtest.WriteFile(t, root, "small.json", []byte("{}"))
	_, err := ReadFiles(t.Context(), root, []string{large, small})
	vulndbtest.WantError(t, err, true, "more than 67108864 bytes")
	if hints := strings.Join(fault.Hints(err), ""); !strings.Contains(hints, "db build") {
		t.Errorf("hints = %q, want the other way", hints)
	}
	many := t.TempDir()
	for i := range MaxFiles + 1 {
		vulndbtest.WriteFile(t, many, fmt.Sprintf("%d.json", i), nil)
	}
	_, err = ReadFiles(t.Context(), many, []string{many})
	vulndbtest.WantError(t, err, true, "10001 files of advisories are more than 10000")
}
