package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
)

// The files that tfx-cli writes by itself, beside those that it packs.
const (
	packageManifest   = "extension.vsixmanifest"
	extensionManifest = "extension.vsomanifest"
	contentTypes      = "[Content_Types].xml"
	stagedManifest    = "vss-extension.json" // what it reads, and does not pack
)

// maxPacked is the most bytes that one file of the package is unpacked to.
const maxPacked = 512 << 20

// checkExtension compares a package of the Azure Pipelines task with the directory that it was packed from. The tools of
// npm that pack it are not believed: every file has to be the very one of the directory, none may be missing, and there may
// be no other but the manifests, which may say nothing that vss-extension.json does not.
func (c *command) checkExtension(_ context.Context, args []string) error {
	packed, err := readPackage(args[0])
	if err != nil {
		return fmt.Errorf("reading %s: %w", args[0], err)
	}
	staged, err := readTree(os.DirFS(args[1]))
	if err != nil {
		return fmt.Errorf("reading %s: %w", args[1], err)
	}
	if err := compareExtension(packed, staged); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}

func compareExtension(packed, staged map[string][]byte) error {
	for name, content := range staged {
		if got, ok := packed[name]; name != stagedManifest && (!ok || !bytes.Equal(got, content)) {
			return fmt.Errorf("%s is missing, or is not the file that was staged", name)
		}
	}
	written := []string{packageManifest, extensionManifest, contentTypes}
	for name := range packed {
		if _, ok := staged[name]; name == stagedManifest || !ok && !slices.Contains(written, name) {
			return fmt.Errorf("%s is packed, and was not staged", name)
		}
	}
	var want map[string]any
	if err := json.Unmarshal(staged[stagedManifest], &want); err != nil {
		return fmt.Errorf("reading %s: %w", stagedManifest, err)
	}
	if err := checkContributions(packed[extensionManifest], want); err != nil {
		return fmt.Errorf("%s: %w", extensionManifest, err)
	}
	if err := checkIdentity(packed, want); err != nil {
		return fmt.Errorf("%s: %w", packageManifest, err)
	}
	return nil
}

// checkContributions makes sure that the extension brings what vss-extension.json says and nothing else: no other page with a
// script, and no other scope, which is a permission.
func checkContributions(raw []byte, want map[string]any) error {
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	if !reflect.DeepEqual(got["contributions"], want["contributions"]) {
		return fmt.Errorf("it contributes %v, want %v", got["contributions"], want["contributions"])
	}
	for key, value := range got {
		if list, ok := value.([]any); ok && len(list) == 0 {
			continue
		}
		if !reflect.DeepEqual(value, want[key]) {
			return fmt.Errorf("%s is %v, want %v", key, value, want[key])
		}
	}
	return nil
}

// checkIdentity makes sure that the package is this version of this extension, and leads to no file but its own.
func checkIdentity(packed map[string][]byte, want map[string]any) error {
	var got struct {
		Metadata struct {
			Identity struct {
				ID        string `xml:"Id,attr"`
				Publisher string `xml:"Publisher,attr"`
				Version   string `xml:"Version,attr"`
			}
		}
		Assets struct {
			Asset []struct {
				Path string `xml:"Path,attr"`
			}
		}
	}
	if err := xml.Unmarshal(packed[packageManifest], &got); err != nil {
		return err
	}
	id := got.Metadata.Identity
	for _, is := range []struct{ name, value string }{{"id", id.ID}, {"publisher", id.Publisher}, {"version", id.Version}} {
		if is.value != want[is.name] {
			return fmt.Errorf("the %s is %q, want %q", is.name, is.value, want[is.name])
		}
	}
	for _, asset := range got.Assets.Asset {
		if _, ok := packed[asset.Path]; !ok {
			return fmt.Errorf("it names the file %q, which is not packed", asset.Path)
		}
	}
	return nil
}

// readPackage reads a .vsix, which is a zip archive. One that has two files of a name is refused: who unpacks it decides
// which of them counts.
func readPackage(file string) (map[string][]byte, error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	out := map[string][]byte{}
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if _, ok := out[f.Name]; ok || !f.Mode().IsRegular() || f.UncompressedSize64 > maxPacked {
			return nil, fmt.Errorf("%q is there twice, is no regular file or is too large", f.Name)
		}
		if out[f.Name], err = readPacked(f); err != nil {
			return nil, fmt.Errorf("reading %q: %w", f.Name, err)
		}
	}
	return out, nil
}

func readPacked(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxPacked))
}

func readTree(tree fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out[name], err = fs.ReadFile(tree, name)
		return err
	})
	return out, err
}
