package manifest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// kustomizations are the names of files that say what Kustomize makes of others.
func kustomizations() []string {
	return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
}

// ofKustomize goes on behind the name of such a file, of which only what lies beside it was asked for.
const ofKustomize = " is input of Kustomize, whose images and patches are not applied here: check what kustomize build writes"

// isKustomization tells whether a file is Kustomize's: by its name, unless its objects are those of another, such as Flux, which knows a
// Kustomization, too. Kustomize takes one without an apiVersion.
func isKustomization(name string, data []byte) bool {
	if !slices.Contains(kustomizations(), path.Base(name)) {
		return false
	}
	docs, _ := document.Split(name, inUTF8(data)) // none of what cannot be read
	return len(docs) == 0 || slices.ContainsFunc(docs, func(d *document.Document) bool {
		group, _, _ := strings.Cut(d.Text("apiVersion"), "/")
		return group == "" || group == "kustomize.config.k8s.io"
	})
}

// kustomization notes a file of Kustomize's in a directory, to be looked at when all others were read. It tells whether it is one.
func (r *reading) kustomization(root *os.Root, below, name string) (bool, error) {
	if !slices.Contains(kustomizations(), path.Base(name)) || r.seen[name] {
		return false, nil
	}
	data, err := regular.ReadUnlinked(root, filepath.FromSlash(below), maxFile)
	if err != nil {
		return false, fault.Request(fmt.Errorf("reading what Kustomize changes: %w", err), hintBuild(name))
	}
	if !isKustomization(name, data) {
		return false, nil
	}
	r.seen[name] = true
	r.set.Skipped++
	if r.Platform == "" || r.Platform == workload.Kubernetes {
		r.kustomized = append(r.kustomized, workload.Source{Name: name, Data: inUTF8(data)})
	}
	return true, nil
}

// refuseKustomized is the error for a kustomization that makes something else of the files beside it than what they say, or takes more
// than those that were read: what is deployed was not looked at then.
func (r *reading) refuseKustomized() error {
	for _, k := range r.kustomized {
		docs, err := document.Split(k.Name, k.Data)
		if err != nil {
			return err
		}
		for _, d := range docs {
			v := d.Value()
			if v.Kind() != document.Object {
				return v.Errorf("a kustomization is %s", document.Object)
			}
			for key, field := range v.Fields() {
				if at, why := r.changes(k.Name, key, field); why != "" {
					return fault.Request(fmt.Errorf("%s:%d: %s, and that is not applied here", k.Name, at.Place().Line, why), hintBuild(k.Name))
				}
			}
		}
	}
	return nil
}

// hintBuild says what to check in place of a directory with a kustomization.
func hintBuild(name string) string {
	return fmt.Sprintf("check what comes of it, of each overlay that is deployed: kustomize build %s | layergate check -", safetext.Escape(path.Dir(name)))
}

// changes says what a field of a kustomization changes of what is judged, and where; why is empty where it changes nothing. Fields that
// are not known may change everything.
func (r *reading) changes(name, key string, field document.Value) (at document.Value, why string) {
	if field.IsNull() || field.Kind() == document.List && len(field.Items()) == 0 {
		return field, ""
	}
	switch key {
	case "apiVersion", "kind", "metadata", "namePrefix", "nameSuffix", "sortOptions", "buildMetadata", "generatorOptions", "crds":
		// Generators are refused themselves; crds say which fields are names of other objects.
		return field, ""
	case "resources", "bases":
		for _, item := range field.Items() {
			if !r.tookResource(path.Dir(name), item.Text()) {
				return item, "Kustomize adds what was not read"
			}
		}
		if field.Kind() == document.List {
			return field, ""
		}
	case "namespace":
		if ns := field.Text(); ns != "default" && !strings.HasPrefix(ns, "kube-") { // as LG-K8S-008 has it
			return field, ""
		}
	case "commonLabels", "commonAnnotations":
		if !hasJudgedKey(field) {
			return field, ""
		}
	case "labels":
		for _, item := range field.Items() {
			if item.Get("fields").Exists() || hasJudgedKey(item.Get("pairs")) {
				return item, "Kustomize changes labels"
			}
		}
		return field, ""
	}
	return field, fmt.Sprintf("Kustomize changes what is deployed by %s", safetext.Escape(key))
}

// tookResource tells whether what a kustomization names was read: a file, or a directory with a kustomization of its own.
func (r *reading) tookResource(dir, named string) bool {
	at := path.Join(dir, named)
	return named != "" && (r.seen[at] || slices.ContainsFunc(r.kustomized, func(k workload.Source) bool { return path.Dir(k.Name) == at }))
}

// judgedKey matches keys of labels and annotations that the cluster itself heeds, such as the level of Pod Security, and not those by which
// people name their apps.
var judgedKey = regex.New(`^(?:[\w.-]+\.)?(?:kubernetes\.io|k8s\.io|kubernetes\.azure\.com)/`)

func hasJudgedKey(v document.Value) bool {
	for key := range v.Fields() {
		if judgedKey.MatchString(key) && !strings.HasPrefix(key, "app.kubernetes.io/") {
			return true
		}
	}
	return false
}
