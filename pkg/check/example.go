package check

import (
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

// Passing are the files of the first fixture that keeps a rule, and Failing those of the first that does not. Fixtures are a
// directory for each rule by its identifier, with files or directories in it whose names begin with pass or fail. A Dockerfile
// comes first. There are none where the rule has no such fixture.
func Passing(fixtures fs.FS, id string) []Example { return examples(fixtures, id, "pass") }

// Failing returns files as Passing does.
func Failing(fixtures fs.FS, id string) []Example { return examples(fixtures, id, "fail") }

func examples(fixtures fs.FS, id, prefix string) []Example {
	names, err := fs.Glob(fixtures, path.Join(id, prefix+"*"))
	if err != nil || len(names) == 0 {
		return nil
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(plainName(a), plainName(b)) })
	var out []Example
	for _, name := range files(fixtures, names[0]) {
		if raw, err := fs.ReadFile(fixtures, name); err == nil {
			out = append(out, Example{Name: path.Base(name), Text: string(raw), Language: language(name)})
		}
	}
	return out
}

// plainName is a name without its ending, so that pass.yaml comes before pass-2.yaml.
func plainName(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

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
