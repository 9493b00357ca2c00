package file

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"

	"github.com/layergate/layergate/pkg/input"
)

// defaults are values of inputs, for a run on a terminal that does not give them. Each field is an input of that name, and all
// other inputs are refused: those that decide, and those that say where a run connects to, as whom, and with what of the machine.
type defaults struct {
	// The directory to build the image from, relative to this file.
	Context string `json:"context,omitempty"`
	// The Dockerfile to build, or the one that the image was built from, relative to this file.
	Dockerfile string `json:"dockerfile,omitempty"`
	// The stage of the Dockerfile that is or was built.
	Target string `json:"target,omitempty"`
	// The platforms to build for, such as linux/arm64.
	Platform []string `json:"platform,omitempty"`
	// The image to scan, unless one is built: docker:NAME, or the path of an archive or OCI layout, relative to this file.
	Image string `json:"image,omitempty"`
	// Which image to take from an archive that holds several: a tag or a digest.
	ImageName string `json:"imageName,omitempty"`
	// What tells the reports of this image from those of others.
	Name string `json:"name,omitempty"`
	// The directory that the reports are written to, relative to this file, or off.
	OutputDir string `json:"outputDir,omitempty"`
	// The formats of reports to write beside those of every run.
	Formats []string `json:"formats,omitempty"`
}

// A Default is the value of an input that a policy file gives.
type Default struct {
	Input string // its name, such as output-dir
	Value string // as the input has it: those of a list are separated by new lines
	Path  bool   // whether the value is a path of the project, relative to the working directory or absolute
	// AboutImage tells whether it says which image is meant, and what of it, and nothing of the reports.
	AboutImage bool
}

// ReadDefaults reads the defaults of the policy file at path, in the order of the inputs; none where there is no such file. What
// the file extends gives none. Errors are those of Read.
func ReadDefaults(root, path string) ([]Default, error) {
	files, name, _ := locate(root, path)
	raw, err := (&chain{files: files}).load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l, err := parseOnto(name, raw, layer{})
	if err != nil {
		return nil, err
	}
	list := l.doc.Defaults.list()
	for i, d := range list {
		if d.Path {
			list[i].Value = filepath.Join(filepath.Dir(path), filepath.FromSlash(d.Value))
		}
	}
	return list, nil
}

// list is what the file gives, with paths as they are written there.
func (d defaults) list() []Default {
	lines := func(values []string) string { return strings.Join(values, "\n") }
	all := []Default{
		{Input: "image", Value: d.Image, Path: !strings.HasPrefix(d.Image, dockerImage), AboutImage: true},
		{Input: "image-name", Value: d.ImageName, AboutImage: true},
		{Input: "context", Value: d.Context, Path: true, AboutImage: true},
		{Input: "dockerfile", Value: d.Dockerfile, Path: true, AboutImage: true},
		{Input: "target", Value: d.Target, AboutImage: true},
		{Input: "platform", Value: lines(d.Platform), AboutImage: true},
		{Input: "name", Value: d.Name, AboutImage: true},
		{Input: "output-dir", Value: d.OutputDir, Path: d.OutputDir != noReports},
		{Input: "formats", Value: lines(d.Formats)},
	}
	return slices.DeleteFunc(all, func(d Default) bool { return d.Value == "" })
}

const (
	dockerImage = "docker:" // begins the name of an image of the Docker daemon
	noReports   = "off"     // is no directory for reports
)

// validDefaults checks that paths are the project's own, that the image is not a registry's, and that one image is meant.
func (d *decoder) validDefaults(values defaults) error {
	at := func(name string) *token.Position { return d.places["defaults."+name] }
	if values.Image != "" && values.Context != "" {
		return d.errorAt(at("image"), "leave one of them out", "image and context both say what to scan")
	}
	for _, v := range values.list() {
		switch {
		case !v.Path:
		case v.Input == "image" && strings.Contains(v.Value, ":"):
			return d.errorAt(at(v.Input), "write docker:NAME or a path, and name an image of a registry to each run", "%s is no file of the project and no image of the Docker daemon", v.Value)
		case !filepath.IsLocal(filepath.FromSlash(v.Value)):
			return d.errorAt(at(v.Input), "name a path below this file's directory, without .. and relative to it", "%s is outside of the directory of this file", v.Value)
		}
	}
	return nil
}

// refusal says why a policy file has no default of an input that there is; it is empty for what is no input.
func (defaults) refusal(key string) string {
	all := input.Table()
	i := slices.IndexFunc(all, func(in input.Input) bool { return in.Name == key })
	if i < 0 {
		return ""
	}
	why := map[string]string{
		"image":    "where an image goes",
		"build":    "what a build takes from outside of the project, and what the base image is,",
		"policy":   "what decides, and who is told,",
		"database": "which advisories an image is judged by",
		"registry": "who logs in, and where,",
	}[all[i].Group]
	switch {
	case all[i].Kind == input.Secret || key == "secret" || key == "ssh":
		why = "a secret, which a file that everybody reads does not hold,"
	case why == "":
		why = "what a run may use of the machine and its network"
	}
	return fmt.Sprintf("%s is for each run to say", why)
}
