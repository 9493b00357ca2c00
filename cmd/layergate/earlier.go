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

	"github.com/layergate/layergate/pkg/fault"
)

// The outputs of a step name its reports for the rest of the job. So no later step of the job may replace them: its directory is
// written down, below the one that the CI system empties before and after each job.

// namedReports is where it is written down that outputs of this job name reports in a directory. It is empty where there is
// no directory or no step, and where the system does not tell which directory is the job's.
func (c *command) namedReports(dir string) string {
	job := cmp.Or(c.env.Getenv("RUNNER_TEMP"), c.env.Getenv("AGENT_TEMPDIRECTORY"))
	if !c.isStep || dir == "" || job == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(resolve(dir)))
	return filepath.Join(job, "layergate-outputs", hex.EncodeToString(sum[:16]))
}

// refuseNamed refuses a directory whose reports outputs of an earlier step name.
func (c *command) refuseNamed(dir string) error {
	record := c.namedReports(dir)
	if record == "" {
		return nil
	}
	_, err := os.Lstat(record)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking for reports of earlier steps: %w", err)
	}
	c.keepReports = true
	return fault.Request(fmt.Errorf("the reports in %s are those of an earlier step of this job, whose outputs name them", dir),
		fault.Hintf("give each step its own %s", fault.Input("name")))
}

// nameReports writes down that outputs name the reports in a directory.
func (c *command) nameReports(dir string) error {
	record := c.namedReports(dir)
	if record == "" {
		return nil
	}
	err := os.MkdirAll(filepath.Dir(record), 0o755)
	if err == nil {
		err = os.WriteFile(record, nil, 0o644)
	}
	c.restoreOwner(filepath.Dir(record))
	if err != nil {
		return fmt.Errorf("keeping the reports from later steps: %w", err)
	}
	return nil
}
