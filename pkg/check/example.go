package check

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Example is a file of a fixture, which documentation shows.
type Example struct {
	Name     string // of the file, without its directories
	Text     string
	Language string // as Markdown knows it: yaml, json, dockerfile or text
}

// Fixtures are those below the directory testdata of a package, which it embeds.
func Fixtures(embedded fs.FS) fs.FS {
	below, err := fs.Sub(embedded, "testdata")
	if err != nil {
		panic("testdata is a valid name: " + err.Error())
	}
	return below
}

// Passing are the files of the first fixture that keeps a rule, and Failing those of the first that does not. Fixtures are a
// directory for each rule by its identifier. In it are directories, or files for single orchestrators such as
// pass.kubernetes.yaml, whose names begin with pass or fail. The first fixture is the one with the shortest name; of several
// orchestrators all have theirs in it, Kubernetes first. A Dockerfile comes before other files. There are none where the rule
// has no such fixture.
func Passing(fixtures fs.FS, id string) []Example { return examples(fixtures, id, "pass") }

// Failing returns files as Passing does.
func Failing(fixtures fs.FS, id string) []Example { return examples(fixtures, id, "fail") }

func examples(fixtures fs.FS, id, prefix string) []Example {
	names, err := fs.Glob(fixtures, path.Join(id, prefix+"*"))
	if err != nil || len(names) == 0 {
		return nil
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(stem(a)), len(stem(b))), strings.Compare(stem(a), stem(b)), cmp.Compare(platform(a), platform(b)), strings.Compare(a, b))
	})
	var out []Example
	for _, fixture := range names {
		if stem(fixture) != stem(names[0]) {
			break
		}
		for _, name := range files(fixtures, fixture) {
			if raw, err := fs.ReadFile(fixtures, name); err == nil {
				out = append(out, Example{Name: path.Base(name), Text: string(raw), Language: language(name)})
			}
		}
	}
	return out
}

// stem is what a fixture is called, without the orchestrator and the form of its file.
func stem(name string) string {
	name, _, _ = strings.Cut(path.Base(name), ".")
	return name
}

// platform orders fixtures of one stem: those of Kubernetes come first.
func platform(name string) int {
	if strings.Contains(name, ".kubernetes.") {
		return 0
	}
	return 1
}

// files are those of a fixture: itself, or those of its directory.
func files(fixtures fs.FS, name string) []string {
	entries, err := fs.ReadDir(fixtures, name)
	if err != nil {
		return []string{name}
	}
	var out []string
	for _, e := range entries { // Dockerfile comes before names in small letters
		if !e.IsDir() {
			out = append(out, path.Join(name, e.Name()))
		}
	}
	return out
}

func language(name string) string {
	switch path.Ext(name) {
	case ".yaml", ".yml":
		return "yaml"
	case ".json":
		return "json"
	}
	if strings.HasPrefix(path.Base(name), "Dockerfile") {
		return "dockerfile"
	}
	return "text"
}
