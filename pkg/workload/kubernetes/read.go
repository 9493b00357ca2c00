// Package kubernetes reads Kubernetes manifests: the objects by the types of k8s.io/api, strictly, and where in the file each
// field is said. What carries pods becomes workloads.
package kubernetes

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// The two fields that every object has, at the beginning of a line or, in JSON, anywhere.
var (
	versionField = regexp.MustCompile(`(?m)^["']?apiVersion["']?[ \t]*:`)
	kindField    = regexp.MustCompile(`(?m)^["']?kind["']?[ \t]*:`)
)

// Recognize tells whether a file has an object of Kubernetes, as workload.File says.
func Recognize(data []byte) bool {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(trimmed, []byte("{")) {
		return bytes.Contains(data, []byte(`"apiVersion"`)) && bytes.Contains(data, []byte(`"kind"`))
	}
	return versionField.Match(data) && kindField.Match(data)
}

// Read reads the objects of a file, as workload.File says. Its Objects are *Object, those in lists included.
func Read(name string, data []byte, _ workload.Options) (*workload.File, error) {
	docs, err := document.Split(name, data)
	if err != nil {
		return nil, err
	}
	f := &workload.File{Name: name}
	for _, d := range docs {
		if d.Text("apiVersion") == "" || d.Text("kind") == "" {
			f.Skipped++
			continue
		}
		f.Documents++
		objects, err := objectsOf(d)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			f.Objects = append(f.Objects, o)
			if p := o.Pod; p != nil {
				f.Workloads = append(f.Workloads, o.workload(p))
			}
		}
	}
	return f, nil
}

// objectsOf reads the object of a document or, of a list, all that are in it.
func objectsOf(d *document.Document) ([]*Object, error) {
	value, err := valueOf(d)
	if err != nil {
		return nil, err
	}
	version, kind := d.Text("apiVersion"), d.Text("kind")
	itemKind, listed := strings.CutSuffix(kind, "List")
	if !listed || !d.Has("items") {
		o, err := readObject(d, value, version, kind)
		return []*Object{o}, err
	}
	var out []*Object
	for i := range d.Len("items") {
		itemVersion, ofItem := d.Text("items", i, "apiVersion"), d.Text("items", i, "kind")
		if ofItem == "" { // as lists of one kind have it
			itemVersion, ofItem = version, itemKind
		}
		o, err := readObject(d, inside(value, "items", i), itemVersion, ofItem, "items", i)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
