package kubernetes_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// What names the image in place of the manifest is known, also where the manifest names one, and nothing else is taken for it.
func TestFilled(t *testing.T) {
	t.Parallel()
	config := func(trigger, image string) string {
		return "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {name: web}\nspec:\n  triggers: [" + trigger + "]\n  template: {spec: {containers: [{name: a, image: " + image + "}]}}\n"
	}
	annotated := func(triggers, image string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {image.openshift.io/triggers: '" + triggers + "'}}\nspec: {template: {spec: {containers: [{name: a, image: " + image + "}]}}}\n"
	}
	const change = `{type: ImageChange, imageChangeParams: {containerNames: [a], from: {kind: ImageStreamTag, name: "web:1"}}}`
	const byName, byIndex = `[{"from":{"kind":"ImageStreamTag","name":"web:1"},"fieldPath":"spec.template.spec.containers[?(@.name==\"NAME\")].image"}]`, `[{"from":{"kind":"ImageStreamTag","name":"web:1"},"fieldPath":"spec.template.spec.containers[INDEX].image"}]`
	at := func(text, name string) string { return strings.NewReplacer("NAME", name, "INDEX", name).Replace(text) }
	const trigger = "the ImageChange trigger of ImageStreamTag web:1"
	for name, tt := range map[string]struct{ text, want string }{
		"a trigger":                        {config(change, "web@sha256:x"), trigger},
		"a trigger in a template":          {"apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n- " + strings.ReplaceAll(config(change, `"web:1"`), "\n", "\n  ") + "\n", trigger},
		"a trigger of another container":   {config(strings.Replace(change, "[a]", "[b]", 1), `"web:1"`), ""},
		"another trigger":                  {config(strings.Replace(change, "ImageChange", "ConfigChange", 1), `"web:1"`), ""},
		"no image":                         {config("{type: ConfigChange}", `""`), "whatever fills it in"},
		"an annotation":                    {annotated(at(byName, "a"), `"web:1"`), trigger},
		"an annotation by the index":       {annotated(at(byIndex, "0"), `"web:1"`), trigger},
		"an annotation without an image":   {annotated(at(byName, "a"), `""`), trigger},
		"an annotation about another":      {annotated(at(byName, "b"), `"web:1"`), ""},
		"about another by the index":       {annotated(at(byIndex, "1"), `"web:1"`), ""},
		"about an init container":          {annotated(strings.Replace(at(byIndex, "0"), "containers", "initContainers", 1), `"web:1"`), ""},
		"an annotation of another form":    {annotated(`[{"from":{"kind":"ImageStreamTag","name":"web:1"},"fieldPath":"x"}]`, `"web:1"`), trigger},
		"an annotation that is paused":     {annotated(strings.Replace(at(byName, "a"), `"fieldPath"`, `"paused":true,"fieldPath"`, 1), `"web:1"`), ""},
		"an annotation that is no JSON":    {annotated("x", `"web:1"`), ""},
		"a blank, as OpenShift's tools do": {annotated("[]", `" "`), "whatever fills it in"},
		"an image":                         {annotated("[]", `"web:1"`), ""},
		"what an operator fills in":        {"apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {podTemplate: {spec: {containers: [{name: a}]}}}\n", ""},
	} {
		if got := read(t, tt.text).Workloads[0].Containers[0].Filled; got.Value != tt.want || got.Set != (tt.want != "") {
			t.Errorf("%s: what names the image is %+v, want %q", name, got, tt.want)
		}
	}
}

// A container without an image is refused as the API server does it, unless a trigger names one.
func TestUnnamed(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: a, image: \"a:1\"}]\n"
	for name, tt := range map[string]struct{ text, want string }{
		"an image":                     {pod, ""},
		"none":                         {strings.Replace(pod, `, image: "a:1"`, "", 1), `a.yaml:5:17: Pod "web": the container a names no image`},
		"none in an init container":    {pod + "  initContainers: [{name: b}]\n", `a.yaml:6:21: Pod "web": the container b names no image`},
		"none in what makes pods":      {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: a}]}}}\n", `a.yaml:4:40: Deployment "web": the container a names no image`},
		"a volume without one":         {pod + "  volumes: [{name: v, image: {reference: \"\"}}]\n", `a.yaml:6:31: Pod "web": the volume v names no image`},
		"a blank":                      {strings.Replace(pod, "a:1", " ", 1), ""},
		"a trigger":                    {strings.Replace(strings.Replace(pod, "a:1", "", 1), "{name: web}", `{name: web, annotations: {image.openshift.io/triggers: '[{"fieldPath":"x"}]'}}`, 1), ""},
		"a custom resource's template": {"apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {podTemplate: {spec: {containers: [{name: a}]}}}\n", ""},
	} {
		err := read(t, tt.text).Objects[0].(*kubernetes.Object).Unnamed()
		if got := ""; err != nil {
			if got = err.Error(); tt.want == "" || !strings.HasPrefix(got, tt.want) {
				t.Errorf("%s: Unnamed() = %q, want %q", name, got, tt.want)
			}
		} else if tt.want != "" {
			t.Errorf("%s: Unnamed() = nil, want %q", name, tt.want)
		}
	}
}

// What a chart or another repository names, and what a controller takes where nothing names an image, is a part that the file does not hold.
func TestParts(t *testing.T) {
	t.Parallel()
	const release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {values: {image: \"web:1\"}}\n"
	const operated = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {podTemplate: {spec: {containers: [{name: a}]}}}\n"
	for text, want := range map[string]int{
		release: 1, "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\n": 1, operated: 1,
		operated + "image: \"web:1\"\n": 0, "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: x}\n": 0,
	} {
		if got := read(t, text).Parts; len(got) != want || len(got) > 0 && got[0].From != "" {
			t.Errorf("the parts of %s are %+v, want %d, of which no file is known", text, got, want)
		}
	}
}

// The images of volumes that nobody mounts are pulled all the same.
func TestUnmountedImage(t *testing.T) {
	t.Parallel()
	f := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  volumes: [{name: v, image: {reference: \"v:1\"}}]\n  containers: [{name: a, image: \"a:1\"}, {name: b, image: \"b:1\"}]\n")
	a, b := f.Workloads[0].Containers[0].Images(), f.Workloads[0].Containers[1].Images()
	if len(a) != 2 || a[1].Value != "v:1" || a[1].Place.Line != 5 || len(b) != 1 || !f.Workloads[0].Containers[0].Mounts[0].ReadOnly {
		t.Errorf("the images are %+v and %+v, want that of the volume once", a, b)
	}
}
