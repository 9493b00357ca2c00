package manifest

import (
	"maps"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
)

// A directory is refused whose kustomization makes something else of its files, or takes more than what was read.
func TestKustomized(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: a}]}\n"
	const changed = ", and that is not applied here"
	tests := []struct {
		name  string
		file  string // the kustomization beside pod.yaml
		files map[string]string
		paths []string // deploy, unless said
		want  string   // the error; empty for none
	}{
		{name: "resources", file: "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: a}\nresources: [pod.yaml]\nsortOptions: {order: fifo}\n"},
		{name: "names", file: "resources: [./pod.yaml]\nnamePrefix: a-\nnameSuffix: -b\nnamespace: shop\nbuildMetadata: [originAnnotations]\ngeneratorOptions: {disableNameSuffixHash: true}\n"},
		{name: "labels", file: "resources: [pod.yaml]\nlabels: [{pairs: {app.kubernetes.io/part-of: shop, slot: a}, includeSelectors: true}]\ncommonLabels: {app: a}\ncommonAnnotations: {owner: b}\n"},
		{name: "nothing", file: "# to be written\n"},
		{name: "no resources", file: "resources:\n"},
		{name: "lists without anything", file: "resources: [pod.yaml]\npatches: []\nimages: []\nreplicas:\ncrds: [crd.json]\n"},
		{name: "a base that was read", file: "resources: [../base, pod.yaml]\n", files: map[string]string{"base/kustomization.yml": "resources: [pod.yaml]\n", "base/pod.yaml": pod}, paths: []string{"deploy", "base"}},
		{name: "a base that was read before", file: "bases: [../base]\n", files: map[string]string{"base/Kustomization": "resources: [pod.yaml]\n", "base/pod.yaml": pod}, paths: []string{"base", "deploy"}},
		{name: "a file that was read", file: "resources: [../base/pod.yaml]\n", files: map[string]string{"base/pod.yaml": pod}, paths: []string{"deploy", "base/pod.yaml"}},
		{name: "a directory and its file, twice", file: "resources: [pod.yaml]\n", paths: []string{"deploy", "deploy/pod.yaml", "deploy"}},
		{name: "a base that was not read", file: "# of production\nresources:\n- pod.yaml\n- ../base\n", files: map[string]string{"base/kustomization.yml": "resources: [pod.yaml]\n", "base/pod.yaml": pod}, want: "deploy/kustomization.yaml:4: Kustomize adds what was not read" + changed},
		{name: "a directory without one", file: "resources: [more]\n", files: map[string]string{"deploy/more/pod.yaml": pod}, want: "deploy/kustomization.yaml:1: Kustomize adds what was not read" + changed},
		{name: "a file of another kind", file: "resources: [pod.txt]\n", files: map[string]string{"deploy/pod.txt": pod}, want: "Kustomize adds what was not read"},
		{name: "a file that was passed over", file: "resources: [x.yaml]\n", files: map[string]string{"deploy/x.yaml": "a: 1\n"}, want: "Kustomize adds what was not read"},
		{name: "a link", file: "resources: [x.yaml]\n", files: map[string]string{"deploy/x.yaml->": "pod.yaml"}, want: "Kustomize adds what was not read"},
		{name: "another host", file: "resources: ['https://user:Hq7vLp93xZa2Kd@git.example/base']\n", want: "deploy/kustomization.yaml:1: Kustomize adds what was not read" + changed},
		{name: "a resource that is no text", file: "resources: [{a: b}]\n", want: "Kustomize adds what was not read"},
		{name: "resources that are no list", file: "resources: pod.yaml\n", want: "Kustomize changes what is deployed by resources"},
		{name: "patches", file: "resources: [pod.yaml]\npatches: [{path: p.yaml}]\n", want: "deploy/kustomization.yaml:2: Kustomize changes what is deployed by patches" + changed},
		{
			name: "a patch that names no image", file: "resources: [pod.yaml]\npatches: [{path: a.yaml}]\n", want: "deploy/kustomization.yaml:2: Kustomize changes what is deployed by patches" + changed,
			files: map[string]string{"deploy/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, tty: true}]}\n"},
		},
		{
			name: "a pod that names no image", file: "resources: [pod.yaml]\n", want: "the container web names no image",
			files: map[string]string{"deploy/pod.yaml": strings.ReplaceAll(pod, ", image: a", "")},
		},
		{name: "patches of old", file: "patchesStrategicMerge: [p.yaml]\n", want: "deployed by patchesStrategicMerge"},
		{name: "JSON patches", file: "patchesJson6902: [{path: a}]\n", want: "deployed by patchesJson6902"},
		{name: "images", file: "images: [{name: a, newTag: b}]\n", want: "deployed by images"},
		{name: "replacements", file: "replacements: [{path: a}]\n", want: "deployed by replacements"},
		{name: "replicas", file: "replicas: [{name: web, count: 1}]\n", want: "deployed by replicas"},
		{name: "components", file: "components: [../a]\n", want: "deployed by components"},
		{name: "a generator", file: "configMapGenerator: [{name: a}]\n", want: "deployed by configMapGenerator"},
		{name: "a chart", file: "helmCharts: [{name: a}]\n", want: "deployed by helmCharts"},
		{name: "a component", file: "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: a}]\n", want: "deploy/kustomization.yaml:3: Kustomize changes what is deployed by patches"},
		{name: "what is merged", file: "metadata: &m {images: [{name: a}]}\n<<: *m\n", want: "deployed by images"},
		{name: "the namespace of all", file: "namespace: default\n", want: "deployed by namespace"},
		{name: "the namespace of the cluster", file: "namespace: kube-system\n", want: "deployed by namespace"},
		{name: "a label of the cluster", file: "labels: [{pairs: {pod-security.kubernetes.io/enforce: privileged}}]\n", want: "Kustomize changes labels"},
		{name: "a common label of the cluster", file: "commonLabels: {kubernetes.azure.com/a: b}\n", want: "deployed by commonLabels"},
		{name: "labels in fields", file: "labels: [{pairs: {a: b}, fields: [{path: spec/x, create: true}]}]\n", want: "Kustomize changes labels"},
		{name: "an annotation of the cluster", file: "commonAnnotations: {container.apparmor.security.beta.kubernetes.io/web: unconfined}\n", want: "deployed by commonAnnotations"},
		{name: "two documents", file: "resources: [pod.yaml]\n---\nimages: [{name: a}]\n", want: "deploy/kustomization.yaml:3: Kustomize changes what is deployed by images"},
		{name: "no mapping", file: "[a]\n", want: "a kustomization is a mapping"},
		{name: "what cannot be read", file: "a: [\n", want: "deploy/kustomization.yaml:2: the file is no valid YAML"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"deploy/kustomization.yaml": tt.file, "deploy/pod.yaml": pod}
			maps.Copy(files, tt.files)
			paths := tt.paths
			if paths == nil {
				paths = []string{"deploy"}
			}
			bases := 0
			for name := range tt.files {
				if strings.Contains(strings.ToLower(name), "base/kustomization") {
					bases++
				}
			}
			set, err := Read(config(project(t, files), "", "", paths...))
			switch {
			case tt.want == "" && (err != nil || len(set.Warnings) > 0):
				t.Errorf("Read() = %v, %v, want neither an error nor a warning", set, err)
			case tt.want == "" && set.Skipped != 1+bases:
				t.Errorf("Read() passed over %d files", set.Skipped)
			case tt.want != "" && (!fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "Hq7vLp93xZa2Kd")):
				t.Errorf("Read() = %v, want a wrong request with %q", err, tt.want)
			case strings.HasSuffix(tt.want, changed) && !strings.Contains(strings.Join(fault.Hints(err), " "), "kustomize build deploy | layergate check -"):
				t.Errorf("the hints are %q", fault.Hints(err))
			}
		})
	}
}

// Each name of a kustomization counts, and none of them for what is another's.
func TestKustomizationNames(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: a}]}\n"
	const flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web}\nspec: {patches: [{patch: 'a: b'}]}\n"
	tests := []struct {
		name, file, text string
		platform         workload.Platform
		want             string // the error; empty for none
		count            int    // of the files that are judged
	}{
		{name: "as most have it", file: "kustomization.yaml", text: "images: [{name: a}]\n", want: "kustomization.yaml:1: Kustomize changes"},
		{name: "the other extension", file: "kustomization.yml", text: "images: [{name: a}]\n", want: "kustomization.yml:1: Kustomize changes"},
		{name: "without one", file: "Kustomization", text: "images: [{name: a}]\n", want: "Kustomization:1: Kustomize changes"},
		{name: "a link", file: "kustomization.yaml->", text: "x.txt", want: "reading what Kustomize changes"},
		{name: "another case, which Kustomize does not read", file: "kustomization", text: "images: [{name: a}]\n", count: 1},
		{name: "for another platform", file: "kustomization.yaml", text: "images: [{name: a}]\n", platform: workload.Compose, want: "no manifest was found"},
		{name: "for this platform", file: "kustomization.yaml", text: "images: [{name: a}]\n", platform: workload.Kubernetes, want: "Kustomize changes"},
		{name: "of Flux", file: "kustomization.yaml", text: flux, count: 2},
		{name: "of Flux and of Kustomize", file: "kustomization.yaml", text: flux + "---\npatches: [{path: a}]\n", want: "Kustomize changes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := project(t, map[string]string{tt.file: tt.text, "x.txt": "images: [{name: a}]\n", "pod.yaml": pod})
			set, err := Read(config(root, tt.platform, "", "."))
			switch {
			case tt.want == "" && (err != nil || len(set.Files) != tt.count):
				t.Errorf("Read() = %v, %v, want %d files", set, err, tt.count)
			case tt.want != "" && (!fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Read() = %v, want a wrong request with %q", err, tt.want)
			}
		})
	}
	root := project(t, map[string]string{"kustomization.yaml": flux})
	if _, err := Read(config(root, "", "", "kustomization.yaml")); err != nil {
		t.Errorf("Read() of Flux's file by its name = %v", err)
	}
	for _, text := range []string{"resources: [x.yaml]\n", "", "a: [\n"} {
		_, err := Read(config(project(t, map[string]string{"Kustomization": text}), "", "", "Kustomization"))
		if err == nil || !strings.Contains(err.Error(), "is input of Kustomize, and not yet a manifest") {
			t.Errorf("Read() of %q by the name of Kustomize's file = %v", text, err)
		}
	}
}
