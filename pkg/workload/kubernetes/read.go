// Package kubernetes reads Kubernetes manifests: the objects by the types of k8s.io/api, strictly, and where in the file each
// field is said. What carries pods becomes workloads.
package kubernetes

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
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
	switch {
	case bytes.HasPrefix(trimmed, []byte(`{`)) && bytes.Contains(data, []byte(`"apiVersion"`)) && bytes.Contains(data, []byte(`"kind"`)):
		return hasObject(trimmed)
	case versionField.Match(data) && kindField.Match(data):
		return true
	case (!bytes.Contains(data, []byte("apiVersion")) || !bytes.Contains(data, []byte("kind"))) && !document.Escapes(data):
		return false
	}
	docs, err := document.Split("", data) // which the fields may begin in ways that no line shows
	return errors.Is(err, document.ErrParted) || errors.Is(err, document.ErrKey) || slices.ContainsFunc(docs, isObject)
}

// hasObject tells whether one of the JSON objects that follow one another in a text has the two fields itself, and not something within it, as
// descriptions of an API have. What is not JSON may have them.
func hasObject(text []byte) bool {
	said := func(value json.RawMessage) bool {
		return len(value) > 0 && !slices.Contains([]string{"null", `""`}, string(value))
	}
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var fields map[string]json.RawMessage
		switch err := dec.Decode(&fields); {
		case errors.Is(err, io.EOF):
			return false
		case err != nil || said(fields["apiVersion"]) && said(fields["kind"]):
			return true
		}
	}
}

// isObject tells whether a document has the two fields.
func isObject(d *document.Document) bool { return d.Text("apiVersion") != "" && d.Text("kind") != "" }

// Read reads the objects of a file, as workload.File says. Its Objects are *Object, those in lists included.
func Read(name string, data []byte, _ workload.Options) (*workload.File, error) {
	docs, err := document.Split(name, data)
	if err != nil {
		return nil, err
	}
	f := &workload.File{Name: name}
	var objects []*Object
	for _, d := range docs {
		if !isObject(d) {
			f.Skipped++
			continue
		}
		f.Documents++
		if group, _, _ := strings.Cut(d.Text("apiVersion"), "/"); group == "kustomize.config.k8s.io" {
			return nil, d.Error(errors.New("it is input of Kustomize, and not yet a manifest"), "check what comes of it: kustomize build DIRECTORY | layergate check -", "kind")
		}
		of, err := objectsOf(d)
		if err != nil {
			return nil, err
		}
		objects = append(objects, of...)
	}
	noteClasses(objects)
	for _, o := range objects {
		f.Objects = append(f.Objects, o)
		f.Images = append(f.Images, o.Images...)
		f.Settings = append(f.Settings, o.Settings...)
		f.Parts = append(f.Parts, o.parts()...)
		first := len(f.Workloads)
		for _, p := range o.Pods {
			f.Workloads = append(f.Workloads, o.workload(p))
		}
		f.AddTexts(o.texts(), o.Resource(), f.Workloads[first:])
	}
	return f, nil
}

// objectsOf reads the object of a document or, of a list, all that are in it.
func objectsOf(d *document.Document) ([]*Object, error) {
	value, err := valueOf(d)
	if err != nil {
		return nil, err
	}
	return objectsAt(d, value, d.Text("apiVersion"), d.Text("kind"))
}

// objectsAt reads what is at a path of a document. A list may hold others.
func objectsAt(d *document.Document, value any, version, kind string, path ...any) ([]*Object, error) {
	items, meta := join(path, []any{"items"}), join(path, []any{"metadata"})
	itemKind, listed := strings.CutSuffix(kind, "List")
	rest := d.Text(join(meta, []any{"remainingItemCount"})...)
	switch hasItems := d.Has(items...); {
	case listed && (d.Text(join(meta, []any{"continue"})...) != "" || rest != "" && rest != "0"):
		return nil, d.Error(errors.New("it is a page of a list that goes on"), "list all objects at once, as kubectl get -o json does", meta...)
	case isAnswer(version, kind, hasItems):
		return nil, d.Error(errors.New("it is an answer of Kubernetes without objects"), "list objects with kubectl get -o json", join(path, []any{"kind"})...)
	case !listed, !hasItems:
		o, err := readObject(d, value, version, kind, path...)
		return []*Object{o}, err
	}
	list, ok := inside(value, "items").([]any)
	if !ok {
		return nil, d.Error(errors.New("the items are no list"), "list objects with kubectl get -o json", items...)
	}
	var out []*Object
	for i, item := range list {
		at := join(items, []any{i})
		if _, ok := item.(map[string]any); !ok {
			return nil, d.Error(errors.New("an item of the list is no object"), "remove it, or write the object", at...)
		}
		itemVersion, ofItem := d.Text(join(at, []any{"apiVersion"})...), d.Text(join(at, []any{"kind"})...)
		if ofItem == "" { // as lists of one kind have it
			itemVersion, ofItem = version, itemKind
		}
		if ofItem == "" {
			return nil, d.Error(errors.New("an item of the list has no kind"), "write its apiVersion and its kind", at...)
		}
		found, err := objectsAt(d, item, itemVersion, ofItem, at...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// isAnswer tells whether an object is what the API server answers without any object of a manifest: an error, a table, names alone, or a list of
// a known kind that has no items.
func isAnswer(version, kind string, hasItems bool) bool {
	if version == "v1" && kind == "Status" || strings.HasPrefix(version, "meta.k8s.io/") {
		return true
	}
	of, listed := strings.CutSuffix(kind, "List")
	typed, _ := newObject(version, of)
	return listed && !hasItems && (typed != nil || version == "v1" && of == "")
}
