// Package docs_test holds the links of the project's documents against what they lead to.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const (
	root = ".."
	home = "https://github.com/layergate/layergate"
)

var (
	fence    = regexp.MustCompile("(?ms)^```.*?^```")
	heading  = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	ownPage  = regexp.MustCompile(`"` + regexp.QuoteMeta(home) + `(?:/blob/main/([^"#]*))?#([^"]+)"`)
	markup   = regexp.MustCompile("[`*]|\\]\\([^)]*\\)|\\[")
	noAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestLinks holds that every link of a document to this repository leads to a file, and to a heading where it names one.
func TestLinks(t *testing.T) {
	t.Parallel()
	links := 0
	for _, file := range sources(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, file), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			page, anchor, _ := strings.Cut(m[1], "#")
			target := file
			if page != "" {
				target = filepath.Join(filepath.Dir(file), page)
			}
			checkTarget(t, file, target, anchor)
		}
	}
	if links < 50 {
		t.Errorf("%d links were found, want those of the documents", links)
	}
}

// TestLinksOfMessages holds the same of the addresses that messages and reports give their readers. "#readme" is GitHub's own.
func TestLinksOfMessages(t *testing.T) {
	t.Parallel()
	links := 0
	for _, file := range sources(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range ownPage.FindAllStringSubmatch(read(t, file), -1) {
			links++
			page := m[1]
			if page == "" {
				page = "README.md"
			}
			checkTarget(t, file, filepath.Join(root, page), m[2])
		}
	}
	if links == 0 {
		t.Error("no message leads to a document, want the one that says how to get to green")
	}
}

// checkTarget holds that a file is there, and has a heading with the anchor where there is one.
func checkTarget(t *testing.T, from, target, anchor string) {
	t.Helper()
	if _, err := os.Stat(target); err != nil {
		t.Errorf("%s leads to %s, which is not there", from, target)
		return
	}
	if anchor != "" && !anchors(read(t, target))[anchor] {
		t.Errorf("%s leads to %s#%s, and no heading has that anchor", from, target, anchor)
	}
}

// anchors returns those that GitHub gives the headings of a document.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		plain := noAnchor.ReplaceAllString(strings.ToLower(markup.ReplaceAllString(m[1], "")), "")
		base := strings.ReplaceAll(plain, " ", "-")
		anchor := base
		for i := 1; found[anchor]; i++ {
			anchor = base + "-" + strconv.Itoa(i)
		}
		found[anchor] = true
	}
	return found
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	text := "# Only `db pin`, please\n\n## Again\n\n```sh\n# a comment\n```\n\n## Again\n\n## What [it](x.md) reads: *all*\n"
	got := anchors(text)
	for _, want := range []string{"only-db-pin-please", "again", "again-1", "what-it-reads-all"} {
		if !got[want] {
			t.Errorf("anchors(%q) = %v, want %s among them", text, got, want)
		}
	}
	if len(got) != 4 {
		t.Errorf("anchors(%q) = %v, want four", text, got)
	}
}

// sources returns the repository's files with an extension, without those for tests, of tools of npm and of builds.
func sources(t *testing.T, extension string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules" || entry.Name() == "dist" || entry.Name() == ".git" || entry.Name() == "layergate-results"):
			return filepath.SkipDir
		case filepath.Ext(path) == extension:
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has %d files %s, %v, want some", root, len(files), extension, err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
