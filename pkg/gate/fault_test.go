package gate_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/report"
)

// scene is a clean image on its way through a gate, to which something happens.
type scene struct {
	setup
	cancel context.CancelFunc
	until  *endsWith // the context of the run
}

// endsWith is a context that ends as soon as a file exists.
type endsWith struct {
	context.Context
	file string // empty for a context that does not
}

// Err is context.Canceled when the file exists.
func (c *endsWith) Err() error {
	if c.file != "" {
		if _, err := os.Stat(c.file); err == nil {
			return context.Canceled
		}
	}
	return c.Context.Err()
}

// The faults, which happen at a step.

func appendToImage(t *testing.T, s *scene) {
	f, err := os.OpenFile(s.Image, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Error(err)
		return
	}
	_, err = f.Write([]byte{0})
	if err = errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
}

func cancelRun(_ *testing.T, s *scene) { s.cancel() }

// loseUnpackedLayers truncates what was unpacked of the layers: reading it gives errors, and the archive stays as it was.
func loseUnpackedLayers(t *testing.T, s *scene) {
	files, err := filepath.Glob(filepath.Join(s.TempDir, "layergate-*", "scratch", "spool-*"))
	if err != nil || len(files) == 0 {
		t.Errorf("found the unpacked layers %q, %v", files, err)
	}
	for _, f := range files {
		if err := os.Truncate(f, 0); err != nil {
			t.Error(err)
		}
	}
}

// changeLayer changes a file in a layer that the archive holds as it is, and nothing else.
func changeLayer(t *testing.T, s *scene) {
	raw, err := os.ReadFile(s.Image)
	if err != nil {
		t.Error(err)
		return
	}
	changed := bytes.Replace(raw, []byte(`"version":"`+repaired), []byte(`"version":"`+"4.17.22"), 1)
	if bytes.Equal(raw, changed) {
		t.Error("the archive does not hold the file")
	}
	if err := os.WriteFile(s.Image, changed, 0o644); err != nil {
		t.Error(err)
	}
}

// damageDatabase overwrites all of the database but its first page.
func damageDatabase(t *testing.T, s *scene) {
	file := filepath.Join(s.Database.Sources[0].String(), "6", "vulnerability.db")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	copy(raw[4096:], bytes.Repeat([]byte{0xff}, len(raw)))
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		t.Error(err)
	}
}

func blockOutput(t *testing.T, s *scene) {
	if err := os.WriteFile(s.OutputDir, nil, 0o644); err != nil {
		t.Error(err)
	}
}

func ageDatabase(_ *testing.T, s *scene) {
	s.Database.Now = func() time.Time { return clock().Add(200 * time.Hour) }
}

func removeDatabase(t *testing.T, s *scene) {
	if err := os.RemoveAll(s.Database.Sources[0].String()); err != nil {
		t.Error(err)
	}
}

// Whatever goes wrong at whichever step, the run ends with an error and the registry hears nothing.
func TestFaultEndsTheRun(t *testing.T) {
	t.Parallel()
	const atOnce gate.StepKind = "before the first step"
	const none = gate.StepKind("")
	canceled := context.Canceled.Error()
	tests := []struct {
		name   string
		format string        // of the image; oci where empty
		step   gate.StepKind // at which the fault happens
		fault  func(*testing.T, *scene)

		wantErr      string // of Inspect
		wantPushErr  string // of Promote, where Inspect gives none
		wantReports  bool   // whether reports are left behind
		wantLastStep gate.StepKind
	}{
		{name: "written to before it is read", step: gate.Reading, fault: appendToImage, wantErr: "was written to while it was scanned", wantLastStep: gate.Searching},
		{name: "written to while it is read", step: gate.Cataloguing, fault: appendToImage, wantErr: "was written to while it was scanned", wantLastStep: gate.Searching},
		{name: "written to after it was read", step: gate.Matching, fault: appendToImage, wantPushErr: "was written to while it was scanned", wantReports: true, wantLastStep: gate.Matching},
		{name: "written to while it is compressed", format: "docker", step: gate.Compressing, fault: changeLayer, wantErr: "changed while it was read", wantLastStep: gate.Compressing},
		{name: "a layer that cannot be read any more", step: gate.Cataloguing, fault: loseUnpackedLayers, wantErr: "reading at byte", wantLastStep: gate.Searching},

		{name: "interrupted before it is opened", step: gate.Opening, fault: cancelRun, wantErr: canceled, wantLastStep: gate.Opening},
		{name: "interrupted before it is read", step: gate.Reading, fault: cancelRun, wantErr: canceled, wantLastStep: gate.Reading},
		{name: "interrupted while it is read", step: gate.Cataloguing, fault: cancelRun, wantErr: canceled, wantLastStep: gate.Cataloguing},
		{name: "interrupted while it is matched", step: gate.Matching, fault: cancelRun, wantErr: canceled, wantLastStep: gate.Matching},
		{name: "interrupted while it is compressed", format: "docker", step: gate.Compressing, fault: cancelRun, wantErr: canceled, wantLastStep: gate.Compressing},
		{
			name: "interrupted while reports are written", step: gate.Matching,
			fault:   func(_ *testing.T, s *scene) { s.until.file = filepath.Join(s.OutputDir, report.JSONFile) },
			wantErr: canceled, wantReports: true, wantLastStep: gate.Matching,
		},
		{name: "interrupted while it is pushed", step: gate.Pushing, fault: cancelRun, wantPushErr: canceled, wantReports: true, wantLastStep: gate.Pushing},

		{name: "no database", step: atOnce, fault: removeDatabase, wantErr: "does not exist"},
		{name: "an old database", step: atOnce, fault: ageDatabase, wantErr: "old"},
		{name: "a damaged database", step: atOnce, fault: damageDatabase, wantErr: "damaged"},
		{name: "a database that is damaged while it is asked", step: gate.Matching, fault: damageDatabase, wantErr: "malformed", wantLastStep: gate.Matching},

		{name: "no directory for reports", step: gate.Matching, fault: blockOutput, wantErr: "making the directory for reports", wantLastStep: gate.Matching},
		{name: "nothing", step: none, wantReports: true, wantLastStep: gate.Pushing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{})
			format := tt.format
			if format == "" {
				format = "oci"
			}
			compression := imagetest.Gzip
			if format == "docker" {
				compression = imagetest.None
			}
			ctx, cancel := context.WithCancel(t.Context())
			s := &scene{setup: config(t, write(t, format, lodash(repaired, compression, "")), server.Host+"/app:1"), cancel: cancel}
			s.until = &endsWith{Context: ctx}
			s.Memory = 0 // what is unpacked goes to disk
			db := filepath.Join(t.TempDir(), "db")
			s.Database.Sources = databaseAt(db)
			if err := os.CopyFS(db, os.DirFS(advisories)); err != nil {
				t.Fatal(err)
			}
			var last gate.StepKind
			s.Progress = func(step gate.Step) {
				last = step.Kind
				if step.Kind == tt.step {
					tt.fault(t, s)
				}
			}
			if tt.step == atOnce {
				tt.fault(t, s)
			}
			result, err := inspect(s.until, t, s.setup)
			if got := errorText(err); !strings.Contains(got, tt.wantErr) || (tt.wantErr == "") != (err == nil) {
				t.Fatalf("Inspect() = %v, want an error with %q", err, tt.wantErr)
			}
			if err == nil {
				defer result.Close()
				err = result.Promote(s.until)
				if got := errorText(err); !strings.Contains(got, tt.wantPushErr) || (tt.wantPushErr == "") != (err == nil) {
					t.Errorf("Promote() = %v, want an error with %q", err, tt.wantPushErr)
				}
			}
			if requests := server.Requests(); (len(requests) > 0) != (tt.step == none) {
				t.Errorf("the registry saw %q", requests)
			}
			if _, err := os.Stat(filepath.Join(s.OutputDir, report.JSONFile)); (err == nil) != tt.wantReports {
				t.Errorf("reports: %v, want them to exist: %t", err, tt.wantReports)
			}
			if tt.wantLastStep != "" && last != tt.wantLastStep {
				t.Errorf("the last step was %q, want %q", last, tt.wantLastStep)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A blocked image is not worth compressing: it has the digests of its source, and none of a manifest where that has none.
func TestOnlyWhatIsPushedIsCompressed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, format, version string
		push                  []string
		want                  bool // a digest of the manifest
		compressed            bool
	}{
		{name: "blocked docker save", format: "docker", version: vulnerable, push: []string{"registry.example/app:1"}},
		{name: "scanned docker save", format: "docker", version: repaired},
		{name: "clean docker save", format: "docker", version: repaired, push: []string{"registry.example/app:1"}, want: true, compressed: true},
		{name: "blocked OCI archive", format: "oci", version: vulnerable, push: []string{"registry.example/app:1"}, want: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := config(t, write(t, tt.format, lodash(tt.version, imagetest.None, "")), tt.push...)
			compressed := false
			s.Progress = func(step gate.Step) { compressed = compressed || step.Kind == gate.Compressing }
			result, err := inspect(t.Context(), t, s)
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			if compressed != tt.compressed {
				t.Errorf("compressed: %t, want %t", compressed, tt.compressed)
			}
			p := result.Report.Platforms[0]
			if got := result.Report.Image.Digest != ""; got != tt.want || (p.Digest != "") != tt.want {
				t.Errorf("digests %q and %q, want any: %t", result.Report.Image.Digest, p.Digest, tt.want)
			}
			for i, l := range p.Layers {
				if l.Digest == "" || l.Size == 0 || l.MediaType == "" {
					t.Errorf("layer %d has the digest %q, the size %d and the type %q", i, l.Digest, l.Size, l.MediaType)
				}
			}
			if result.Report.Verdict.Outcome == policy.Blocked {
				if err := result.Promote(t.Context()); !errors.Is(err, registry.ErrNotCleared) {
					t.Errorf("Promote() = %v, want ErrNotCleared", err)
				}
			}
		})
	}
}
