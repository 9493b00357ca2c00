package inventory

import (
	"bytes"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/layerfs"
)

// maxData is how many files are looked into to tell whether they are data; an image with more is taken for a program's.
const maxData = 1000

// dataHead is how much of a file is looked into. A file of data that is longer is text in its beginning.
const dataHead = 4 << 10

// isData tells whether the final file system holds files, and each is a text that nothing runs: no program, no script, no archive.
// Such an image, as one that holds the files of a volume, has no packages that somebody could have missed.
func (s *scan) isData() bool {
	files := 0
	for f := range s.tree.Top().All {
		if f.Type == layerfs.Directory {
			continue
		}
		if files++; files > maxData || f.Type != layerfs.Regular || f.Mode&0o111 != 0 || isSource(f.Path) || !s.isText(f) {
			return false
		}
	}
	return files > 0
}

// isSource tells by its name whether an interpreter may run a file, or a compiler may make a program of it.
func isSource(name string) bool {
	return slices.Contains([]string{
		".bash", ".bat", ".c", ".cc", ".cjs", ".clj", ".cmd", ".cpp", ".cs", ".css", ".csx", ".dart", ".el", ".erl", ".ex", ".exs", ".go", ".groovy", ".h", ".hs", ".htm",
		".html", ".java", ".jl", ".js", ".jsp", ".jsx", ".kt", ".lua", ".mjs", ".ml", ".php", ".pl", ".pm", ".ps1", ".py", ".r", ".rb", ".rs", ".scala", ".sh", ".sql",
		".swift", ".tcl", ".ts", ".tsx", ".vb", ".vue", ".wat", ".xhtml", ".zsh",
	}, strings.ToLower(path.Ext(name)))
}

// isText tells whether a file begins like a text, and not like a script.
func (s *scan) isText(f layerfs.File) bool {
	content, err := s.tree.Top().Open(f)
	if err != nil {
		return false
	}
	defer content.Close()
	head, err := io.ReadAll(io.LimitReader(content, dataHead))
	if err != nil || bytes.HasPrefix(head, []byte("#!")) || bytes.Contains(head, []byte("<?php")) || bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	if len(head) == dataHead { // it may end within a character
		for range utf8.UTFMax - 1 {
			if r, n := utf8.DecodeLastRune(head); r == utf8.RuneError && n == 1 {
				head = head[:len(head)-1]
			}
		}
	}
	return utf8.Valid(head)
}
