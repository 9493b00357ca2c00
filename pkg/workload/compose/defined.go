package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// defined refuses a service that names a volume, a network, a secret or a configuration which the file does not define, as the tools do.
// In a file that may be one of several, which others complete, volumes and networks are noted in place of that.
func (r *reader) defined(service document.Value) error {
	whole := r.whole && service.Get("profiles").IsNull() // since others are only looked at where somebody asks for them
	for _, of := range []struct {
		kind  string
		named []named
		opens bool // the host, where another file defines it so
	}{
		{"volume", volumes(service), true}, {"network", names(service.Get("networks")), true}, {"secret", names(service.Get("secrets")), false}, {"config", names(service.Get("configs")), false},
	} {
		for _, n := range of.named {
			if n.name == "" && of.kind == "volume" || strings.Contains(n.name, "$") || n.name == "default" && of.kind == "network" || r.root.Get(of.kind+"s", n.name).Exists() {
				continue
			}
			if whole {
				return n.at.Errorf("the file defines no %s %q", of.kind, n.name)
			}
			if of.opens {
				r.project.Undefined = append(r.project.Undefined, workload.Field[string]{Value: of.kind + " " + n.name, Set: true, Place: n.at.Place()})
			}
		}
	}
	return nil
}

// isWhole tells whether a file is all that its tool is given: docker compose reads it without being told, or it is what a command has
// written, and no service lacks what another file could say.
func (r *reader) isWhole() bool {
	file := r.root.Place().File
	if r.root.Get("include").Exists() || !r.swarm() && file != standardInput && !IsBase(path.Base(file)) {
		return false
	}
	for _, service := range r.root.Get("services").Fields() {
		if !slices.ContainsFunc([]string{"image", "build", "extends", "provider"}, func(field string) bool { return service.Get(field).Exists() }) {
			return false
		}
	}
	return true
}

// standardInput is its name as a file.
const standardInput = "-"

// named is a name of what a file defines.
type named struct {
	name string
	at   document.Value
}

// names are those of a list of texts or of mappings with a source, or of the keys of a mapping.
func names(v document.Value) []named {
	var out []named
	for _, item := range v.Items() {
		if item.Kind() == document.Object {
			item = item.Get("source")
		}
		out = append(out, named{item.Text(), item})
	}
	for name, f := range v.Fields() {
		out = append(out, named{name, f})
	}
	return out
}

// volumes are those that a service names and that are no paths of the host.
func volumes(service document.Value) []named {
	var out []named
	for _, item := range service.Get("volumes").Items() {
		if item.Kind() == document.Object {
			if text(item.Get("type")).Value == "volume" {
				out = append(out, named{item.Get("source").Text(), item.Get("source")})
			}
			continue
		}
		if v, err := format.ParseVolume(item.Text()); err == nil && v.Type == types.VolumeTypeVolume {
			out = append(out, named{v.Source, item})
		}
	}
	return out
}

// isImage tells whether the tools take a text for the name of an image. So it does of an address with a user and a password, which are a
// finding of their own.
func isImage(name string) bool {
	_, err := reference.ParseAnyReference(name)
	_, host, _ := strings.Cut(name, "@")
	return err == nil || strings.Contains(host, "/")
}
