package input

import (
	"bytes"
	"cmp"
	"encoding/json"
	"image"
	_ "image/png"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExtensionManifest holds vss-extension.json against what the Marketplace asks of an extension.
func TestExtensionManifest(t *testing.T) {
	t.Parallel()
	var got struct {
		ID, Publisher, Name, Description string
		Categories                       []string
		Targets                          []struct{ ID string }
		Icons                            map[string]string
		Files                            []struct{ Path string }
		Contributions                    []struct {
			ID, Type   string
			Targets    []string
			Properties struct{ Name, URI string }
		}
	}
	if err := json.Unmarshal(readFile(t, "cmd/azure-task/vss-extension.json"), &got); err != nil {
		t.Fatalf("reading vss-extension.json: %v", err)
	}
	if got.ID == "" || got.Publisher == "" || got.Name == "" || got.Description == "" || len(got.Description) > 200 {
		t.Errorf("vss-extension.json = %+v, want an id, a publisher, a name and a description of at most 200 characters", got)
	}
	if len(got.Targets) != 1 || got.Targets[0].ID != "Microsoft.VisualStudio.Services" || strings.Join(got.Categories, ",") != "Azure Pipelines" {
		t.Errorf("vss-extension.json is for %v and in %v, want Azure DevOps and Azure Pipelines", got.Targets, got.Categories)
	}
	want := map[string]string{"ms.vss-distributed-task.task": "task", "ms.vss-build-web.build-results-tab": "tab"}
	contributed := map[string]string{}
	for _, c := range got.Contributions {
		directory, _, _ := strings.Cut(cmp.Or(c.Properties.URI, c.Properties.Name), "/")
		contributed[c.Type] = directory
	}
	var files []string
	for _, f := range got.Files {
		files = append(files, f.Path)
	}
	if !maps.Equal(contributed, want) || !slices.Equal(slices.Sorted(slices.Values(files)), slices.Sorted(maps.Values(want))) {
		t.Errorf("vss-extension.json contributes %v of the directories %v, want the task and the tab, each from its own", contributed, files)
	}
	checkPNG(t, readFile(t, filepath.Join("cmd/azure-task", got.Icons["default"])), got.Icons["default"], 128)
	checkPNG(t, readFile(t, "cmd/azure-task/icon.png"), "icon.png", 32)
}

func checkPNG(t *testing.T, raw []byte, name string, size int) {
	t.Helper()
	icon, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || format != "png" || icon.Width != size || icon.Height != size {
		t.Errorf("%s is %d × %d and of the format %q, %v, want a PNG of %d × %d", name, icon.Width, icon.Height, format, err, size, size)
	}
}
