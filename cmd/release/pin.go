package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// ownUse matches a use of the action, by whatever ref.
var ownUse = regexp.MustCompile(`uses: layergate/layergate@\S+(?: # v\S+)?`)

// pin writes the released commit, with its version behind it, wherever the documents and the examples use the action.
func (c *command) pin(_ context.Context, args []string) error {
	v, err := parseVersion(args[0])
	if err != nil {
		return err
	}
	if !commitForm.MatchString(args[1]) {
		return fmt.Errorf("%q is not a commit", args[1])
	}
	files := []string{filepath.Join(c.root, "README.md")}
	for _, pattern := range []string{"docs/*.md", "examples/github/*.yml"} {
		found, err := filepath.Glob(filepath.Join(c.root, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	use := fmt.Appendf(nil, "uses: layergate/layergate@%s # %s", args[1], v.tag())
	pinned := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		pinned += len(ownUse.FindAll(content, -1))
		written := ownUse.ReplaceAllLiteral(content, use)
		if bytes.Equal(content, written) {
			continue
		}
		if err := os.WriteFile(file, written, 0o644); err != nil {
			return err
		}
	}
	if pinned == 0 {
		return fmt.Errorf("neither a document nor an example uses the action")
	}
	return nil
}
