package gate_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/report"
)

// A token that is the name of a directory is shown by nothing that tells of what lies in it.
func TestSecretsInNames(t *testing.T) {
	t.Parallel()
	token := "ghp_" + "wJalrXUtnFEMIK7MDENGbPxRfiCYzz012345"
	dir := "srv/" + token + "/"
	s := config(t, write(t, "oci", imagetest.Image{Layers: []imagetest.Layer{
		{Files: []imagetest.File{
			{Name: dir + "node_modules/lodash/package.json", Body: `{"name":"lodash","version":"` + vulnerable + `","license":"MIT"}`},
			{Name: dir + "lib/python3.12/site-packages/x-1.0.dist-info/METADATA", Body: "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n"},
			{Name: dir + "lib/python3.12/site-packages/x-1.0.dist-info/RECORD", Body: "x/a.py,,\n"},
			{Name: dir + "lib/python3.12/site-packages/x/a.py", Body: "a = 1\n"},
			{Name: dir + "broken.jar", Body: "PK\x03\x04"},
			{Name: dir + "program", Body: "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 200), Mode: 0o4777},
		}},
		{Files: []imagetest.File{{Name: dir + "lib/python3.12/site-packages/.wh.x-1.0.dist-info"}}},
	}}))
	var told []string
	s.Debug = func(line string) { told = append(told, line) }
	s.Formats = report.Formats()
	r, err := inspect(t.Context(), t, s)
	if err != nil {
		t.Fatal(err)
	}
	told = append(told, r.Report.Warnings...)
	for _, f := range r.Files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, filepath.Base(f)+": "+string(raw))
	}
	for _, text := range told {
		if at := strings.Index(text, token); at >= 0 {
			t.Errorf("a token is shown: %.20q … %q", text, text[max(0, at-200):min(len(text), at+80)])
		}
	}
	for _, kind := range []finding.Kind{finding.KindVulnerability, finding.KindCheck, finding.KindCoverage} {
		if !slices.ContainsFunc(r.Report.Findings, func(f finding.Finding) bool { return f.Kind == kind && strings.HasPrefix(f.Path, "/srv/***/") }) {
			t.Errorf("no finding of the kind %s is in the directory", kind)
		}
	}
	if !slices.ContainsFunc(r.Report.Warnings, func(w string) bool { return strings.Contains(w, "/srv/***/lib") }) {
		t.Errorf("Warnings = %q, want one about the record that was removed", r.Report.Warnings)
	}
	if n := len(r.Report.Remedies.Steps); n == 0 {
		t.Error("no remedy is told")
	}
}
