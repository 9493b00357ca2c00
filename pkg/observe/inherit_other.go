//go:build !unix

package observe

import (
	"os"
	"os/exec"
)

// inherit does nothing: this system hands no files over, and the process opens them by name.
func inherit(*exec.Cmd, []*os.File) {}

// inherited opens the files by name.
func inherited(names []string) ([]*os.File, error) {
	var out []*os.File
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// killed is not known.
func killed(*exec.ExitError) bool { return false }
