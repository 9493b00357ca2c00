package gate_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/report"
)

// layergate.json gives every report again with the bytes that the run wrote, whatever an image calls its files.
func TestReportsCanBeRenderedAgain(t *testing.T) {
	t.Parallel()
	img := lodash(vulnerable, imagetest.Gzip, "linux/amd64")
	img.Layers[1].Files[0].Name = "app/\xff\xfe/node_modules/lodash/package.json"
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, path)
	cfg.Formats = report.Formats()
	result, err := inspect(context.Background(), t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Report.Findings) == 0 {
		t.Fatal("nothing was found, so that the reports hold no path")
	}
	raw, err := os.ReadFile(filepath.Join(cfg.OutputDir, report.JSONFile))
	if err != nil {
		t.Fatal(err)
	}
	rep, err := report.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Formats() {
		var again bytes.Buffer
		if err := f.Render(&again, rep); err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if f.File == "" {
			err = f.Render(&want, result.Report)
		} else {
			var written []byte
			written, err = os.ReadFile(filepath.Join(cfg.OutputDir, f.File))
			want.Write(written)
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), again.String()); diff != "" {
			t.Errorf("%s differs when it is rendered from layergate.json (-written +again):\n%s", f.Name, diff)
		}
	}
}
