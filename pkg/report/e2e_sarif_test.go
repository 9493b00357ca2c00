//go:build e2e

package report

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The validator of SARIF's own authors finds no errors in any report.
func TestSameAsSARIFValidator(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the validator's binary that is taken is for linux/amd64")
	}
	dir := t.TempDir()
	install := exec.Command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", dir, "@microsoft/sarif-multitool")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm: %v\n%s", err, out)
	}
	tool := filepath.Join(dir, "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool")
	if err := os.Chmod(tool, 0o755); err != nil {
		t.Fatal(err)
	}
	reports, err := filepath.Glob("testdata/*.sarif")
	if err != nil || len(reports) == 0 {
		t.Fatalf("no reports to validate: %v", err)
	}
	for _, report := range reports {
		t.Run(filepath.Base(report), func(t *testing.T) {
			result := filepath.Join(t.TempDir(), "validation.sarif")
			out, err := exec.Command(tool, "validate", report, "--output", result).CombinedOutput()
			if err != nil {
				t.Errorf("validate: %v\n%s", err, out)
			}
			raw, err := os.ReadFile(result)
			if err != nil {
				t.Fatal(err)
			}
			var log struct {
				Runs []struct {
					Results []struct {
						Level, RuleID string
						Message       json.RawMessage
					}
				}
			}
			if err := json.Unmarshal(raw, &log); err != nil || len(log.Runs) != 1 {
				t.Fatalf("the validator wrote %s: %v", raw, err)
			}
			for _, r := range log.Runs[0].Results {
				if r.Level == "error" {
					t.Errorf("%s: %s", r.RuleID, r.Message)
				}
			}
		})
	}
}
