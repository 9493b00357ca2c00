package release

import (
	"testing"

	"github.com/layergate/layergate/pkg/fault"
)

// Whatever a project has in the file of its set, it is a set that goes somewhere and stays in the project, or a wrong request.
func FuzzParse(f *testing.F) {
	f.Add("compose.yaml", "services:\n  app:\n    image: registry.example/app:${TAG:-1}\n    build: {context: ., args: [A=1]}\n")
	f.Add("compose.yaml", "services:\n  app: {image: a/b, x-layergate-image: app.tar}\n")
	f.Add("bake.json", `{"group": {"default": {"targets": ["app"]}}, "target": {"app": {"tags": ["a/b:1"], "secret": [{"id": "npm"}]}}}`)
	f.Add("docker-bake.hcl", `target "app" {}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		set, err := parse(name, []byte(text))
		if err == nil {
			err = check(".", name, set)
		}
		if err != nil {
			if !fault.IsRequest(err) {
				t.Errorf("parse(%q) = %v, want a wrong request", text, err)
			}
			return
		}
		for _, i := range set.Images {
			if len(i.Push) == 0 || i.Source == "" && i.Context == "" {
				t.Errorf("parse(%q) = %+v, which could not be released", text, i)
			}
		}
	})
}
