package main

import (
	"archive/zip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// staged is what stage.sh lays out, in short.
func stagedFiles() map[string]string {
	return map[string]string{
		"vss-extension.json":         `{"id": "layergate", "publisher": "layergate", "version": "1.2.3", "contributions": [{"id": "layergate-task"}]}`,
		"README.md":                  "# Layergate",
		"task/task.json":             "{}",
		"task/release.json":          "{}",
		"task/index.js":              "run();",
		"task/layergate-linux-amd64": "\x7fELF",
	}
}

// packedFiles is what tfx-cli makes of that.
func packedFiles() map[string]string {
	files := stagedFiles()
	delete(files, "vss-extension.json")
	files["[Content_Types].xml"] = "<Types/>"
	files["extension.vsomanifest"] = `{"contributions": [{"id": "layergate-task"}], "scopes": [], "contributionTypes": []}`
	files["extension.vsixmanifest"] = `<PackageManifest xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011"><Metadata>` +
		`<Identity Id="layergate" Publisher="layergate" Version="1.2.3"/></Metadata><Assets><Asset Path="README.md"/><Asset Path="extension.vsomanifest"/></Assets></PackageManifest>`
	return files
}

func TestCheckExtension(t *testing.T) {
	t.Parallel()
	replaced := func(name, old, new string) func(map[string]string) {
		return func(files map[string]string) { files[name] = strings.Replace(files[name], old, new, 1) }
	}
	for name, tt := range map[string]struct {
		change func(packed map[string]string)
		twice  string // a file that is packed twice
		link   string // a file that is packed as a link
		want   string // of the error; empty means none
	}{
		"as it was staged":     {},
		"another program":      {change: replaced("task/layergate-linux-amd64", "ELF", "ELF evil"), want: "task/layergate-linux-amd64 is missing, or is not"},
		"another launcher":     {change: replaced("task/index.js", "run", "evil"), want: "task/index.js"},
		"other digests":        {change: replaced("task/release.json", "{}", `{"sha256":{}}`), want: "task/release.json"},
		"a missing file":       {change: func(files map[string]string) { delete(files, "task/task.json") }, want: "task/task.json is missing"},
		"a file more":          {change: func(files map[string]string) { files["task/preload.js"] = "evil()" }, want: "task/preload.js is packed, and was not staged"},
		"a file beside it":     {change: func(files map[string]string) { files["Task/index.js"] = "evil()" }, want: "Task/index.js is packed"},
		"a file twice":         {twice: "task/index.js", want: "is there twice"},
		"a file as a link":     {link: "task/index.js", want: "is no regular file"},
		"the manifest itself":  {change: func(files map[string]string) { files["vss-extension.json"] = "{}" }, want: "vss-extension.json is packed"},
		"a page":               {change: replaced("extension.vsomanifest", `"}]`, `"}, {"id": "page", "type": "ms.vss-web.hub"}]`), want: "it contributes"},
		"a permission":         {change: replaced("extension.vsomanifest", `"scopes": []`, `"scopes": ["vso.code_full"]`), want: "scopes is [vso.code_full]"},
		"an address":           {change: replaced("extension.vsomanifest", `"scopes": []`, `"baseUri": "https://evil.example"`), want: "baseUri is"},
		"another publisher":    {change: replaced("extension.vsixmanifest", `Publisher="layergate"`, `Publisher="evil"`), want: `the publisher is "evil"`},
		"another version":      {change: replaced("extension.vsixmanifest", "1.2.3", "9.9.9"), want: `the version is "9.9.9"`},
		"an asset that is not": {change: replaced("extension.vsixmanifest", "README.md", "other.md"), want: `names the file "other.md"`},
		"no manifest":          {change: func(files map[string]string) { delete(files, "extension.vsixmanifest") }, want: "extension.vsixmanifest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, content := range stagedFiles() {
				writeFile(t, filepath.Join(dir, "staged", file), content)
			}
			packed := packedFiles()
			if tt.change != nil {
				tt.change(packed)
			}
			vsix := filepath.Join(dir, "layergate.vsix")
			writePackage(t, vsix, packed, tt.twice, tt.link)
			err := (&command{}).run(t.Context(), []string{"extension", vsix, filepath.Join(dir, "staged")})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("extension ended with %v, want %q", err, tt.want)
			}
		})
	}
}

func writePackage(t *testing.T, file string, content map[string]string, twice, link string) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	archive := zip.NewWriter(out)
	names := slices.Sorted(maps.Keys(content))
	if twice != "" {
		names = append(names, twice)
	}
	for _, name := range names {
		header := &zip.FileHeader{Name: name}
		header.SetMode(0o644)
		if name == link {
			header.SetMode(0o777 | os.ModeSymlink)
		}
		w, err := archive.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
}
