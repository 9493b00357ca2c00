package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
)

// job is a directory in which the steps of one job of a CI system write down what later ones have to know: which image has which
// name, and which directories hold reports that outputs name. It is empty where there is no job.
//
// File systems of some machines do not tell upper from lower case, and so nothing here does.
type job string

// job lies below the directory that the CI system empties before and after each job.
func (c *command) job() job {
	temp := cmp.Or(c.env.Getenv("RUNNER_TEMP"), c.env.Getenv("AGENT_TEMPDIRECTORY"))
	if temp == "" || c.platform.Name() == ci.Terminal {
		return ""
	}
	return job(filepath.Join(temp, "layergate-outputs"))
}

// nameFor returns the name of an image in this job, which is the wanted one unless another image has that. Two images are told apart
// by the text that says which one is meant, since neither has been read.
func (j job) nameFor(image, wanted string) (string, error) {
	for n := 1; ; n++ {
		name := numbered(wanted, "-", n)
		is, err := j.claim(name, image)
		if err != nil || is == image {
			return name, err
		}
	}
}

// claim gives a name to an image, and returns the image that has it: another one, where that came first.
func (j job) claim(name, image string) (string, error) {
	if j == "" {
		return image, nil
	}
	path := filepath.Join(string(j), "name-"+fileName(name))
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return image, j.write(path, image)
	}
	if err != nil {
		return "", fmt.Errorf("looking for the images of earlier steps: %w", err)
	}
	return string(raw), nil
}

// takenReports is a prefix of the files that hold the path of a directory.
const takenReports = "reports-"

// reports lists the directories with reports that outputs of earlier steps name.
func (j job) reports() ([]string, error) {
	list, err := filepath.Glob(filepath.Join(string(j), takenReports+"*"))
	if err != nil || j == "" {
		return nil, err
	}
	var dirs []string
	for _, path := range list {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("looking for reports of earlier steps: %w", err)
		}
		dirs = append(dirs, string(raw))
	}
	return dirs, nil
}

// keepReports writes down that outputs name the reports in a directory, so that no later step replaces them.
func (j job) keepReports(dir string) error {
	if j == "" {
		return nil
	}
	return j.write(filepath.Join(string(j), takenReports+fileName(resolve(dir))), resolve(dir))
}

func (j job) write(path, text string) error {
	err := os.MkdirAll(string(j), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		return fmt.Errorf("telling later steps of the job: %w", err)
	}
	return nil
}

// fileName is a file's name that two texts share only where they are the same but for upper and lower case.
func fileName(text string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(text)))
	return hex.EncodeToString(sum[:16])
}

// numbered is a name, or where it is not the first one of that kind, a name with a number behind it.
func numbered(name, mark string, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s%s%d", name, mark, n)
}
