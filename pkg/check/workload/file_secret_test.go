package workload

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
)

// A file that is written into a manifest is read alike wherever that is, by its name and by its form, as a variable of JSON is.
func TestSecretsOfFilesInManifests(t *testing.T) {
	t.Parallel()
	const value = "Kq2LmZ9vTtR4"
	b64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	registry := `{"auths":{"reg.internal":{"auth":"` + b64("bob:"+value) + `"}}}`
	const cluster = "kind: Config\nusers:\n- name: a\n  user: {token: " + value + "77}\n"
	files := map[string]string{
		".npmrc": "//npm.internal/:_authToken=" + value, ".netrc": "machine a login bob password " + value, "pgpass": "db:5432:app:bob:" + value, "wp-config.php": "define('DB_PASSWORD', '" + value + "');",
		"settings.xml": "<settings><servers><server><password>" + value + "</password></server></servers></settings>", "NuGet.Config": `<add key="ClearTextPassword" value="` + value + `"/>`,
		"config.json": registry, "app.json": `{"db":{"password":"` + value + `"}}`, "config": cluster, "x.yaml": "db:\n  password: " + value, ".env": "A=b\nDB_PASSWORD=" + value,
		"db-password": value, ".dockerconfigjson": registry,
	}
	indented := func(text string, by int) string {
		return "|\n" + strings.Repeat(" ", by) + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", by)) + "\n"
	}
	object := func(kind, field, key, text string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: %s\nmetadata: {name: x}\n%s:\n  %q: %s\n", kind, field, key, text)
	}
	for name, text := range files {
		for place, tt := range map[string]struct {
			platform workload.Platform
			manifest string
			id       string
		}{
			"data of a ConfigMap":   {workload.Kubernetes, object("ConfigMap", "data", name, indented(text, 4)), "LG-K8S-018"},
			"binaryData":            {workload.Kubernetes, object("ConfigMap", "binaryData", name, b64(text)), "LG-K8S-018"},
			"data of a Secret":      {workload.Kubernetes, object("Secret", "data", name, b64(text)), "LG-RUN-022"},
			"stringData":            {workload.Kubernetes, object("Secret", "stringData", name, indented(text, 4)), "LG-RUN-022"},
			"a config by target":    {workload.Compose, "services:\n  web:\n    image: registry.example/web:1\n    configs: [{source: c, target: /srv/" + name + "}]\nconfigs:\n  c:\n    content: " + indented(text, 6), "LG-RUN-022"},
			"a config by its name":  {workload.Compose, "services: {web: {image: 'registry.example/web:1'}}\nconfigs:\n  \"" + name + "\":\n    content: " + indented(text, 6), "LG-RUN-022"},
			"a config of an object": {workload.Compose, "services: {web: {image: 'registry.example/web:1'}}\nconfigs:\n  \"" + name + "\": {content: " + fmt.Sprintf("%q", text) + "}\n", "LG-RUN-022"},
		} {
			t.Run(name+" in "+place, func(t *testing.T) {
				t.Parallel()
				if diff := cmp.Diff([]string{tt.id}, secretRules(t, tt.platform, tt.manifest, value)); diff != "" {
					t.Errorf("rules (-want +got):\n%s\n%s", diff, tt.manifest)
				}
			})
		}
	}
	for place, manifest := range map[workload.Platform]string{
		workload.Kubernetes: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'registry.example/web:1', env: [{name: X, value: %q}]}]}\n",
		workload.Compose:    "services: {web: {image: 'registry.example/web:1', environment: {X: %q}}}\n",
		workload.Marathon:   `{"id": "/web", "cpus": 1, "mem": 64, "container": {"type": "DOCKER", "docker": {"image": "registry.example/web:1"}}, "env": {"X": %q}}`,
	} {
		for _, text := range []string{registry, files["app.json"], "app:" + value + "@tcp(db:3306)/app", "-Xmx1g -Ddb.password=" + value} {
			if diff := cmp.Diff([]string{"LG-RUN-022"}, secretRules(t, place, fmt.Sprintf(manifest, text), value)); diff != "" {
				t.Errorf("rules over the variable %s of %s (-want +got):\n%s", text, place, diff)
			}
		}
		for _, text := range []string{`{"auths":{}}`, `{"db":{"password":"${DB_PASSWORD}","host":"db"}}`, `{"log":{"level":"info"},"token":{"ttl":3600}}`, "-Xmx1g -Dfile.encoding=UTF-8", `["a","b"]`} {
			if got := secretRules(t, place, fmt.Sprintf(manifest, strings.ReplaceAll(text, "$", "$$")), value); got != nil {
				t.Errorf("rules over the variable %s of %s: %v, want none", text, place, got)
			}
		}
	}
	block := object("ConfigMap", "binaryData", ".env", indented(b64(files[".env"]), 4)) // whose lines are none of the file's
	f, err := readers[workload.Kubernetes]("a.yaml", []byte(block), workload.Options{Platform: workload.Kubernetes})
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range Find([]workload.File{*f}, Options{}) {
		if found.ID == "LG-K8S-018" && found.Location.Line != 5 {
			t.Errorf("the secret of binaryData is in line %d, want 5", found.Location.Line)
		}
	}
	last := "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"containers\":[{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"" + value + "\"}]}]}}'}}\nspec: {containers: [{name: web, image: 'registry.example/web:1'}]}\n"
	if diff := cmp.Diff([]string{"LG-RUN-022"}, secretRules(t, workload.Kubernetes, last, value)); diff != "" {
		t.Errorf("rules over what was applied last (-want +got):\n%s", diff)
	}
}

// Ordinary files in manifests have no secret.
func TestOrdinaryFilesInManifests(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		".npmrc": "registry=https://npm.internal/\n//npm.internal/:_authToken=${NPM_TOKEN}", "config.json": `{"auth":"oauth2","auths":{},"credsStore":"pass","tokenUrl":"https://x.internal"}`, "auth.json": `{"issuer":"https://x.internal/auth","type":"oauth2"}`,
		"settings.xml": "<settings><mirrors><mirror><url>https://x.internal</url></mirror></mirrors><servers><server><password>${env.PW}</password></server></servers></settings>",
		"nginx.conf":   "location / { proxy_set_header Authorization $http_authorization; }", "config": "kind: Config\nusers: []\n", "policy.json": `{"Statement":[{"Action":["secretsmanager:GetSecretValue"],"Resource":"*"}]}`,
		"dashboard.json": `{"panels":[{"title":"Tokens","targets":[{"expr":"sum(rate(token_total[5m]))"}]}],"templating":{"list":[{"name":"token","value":"all"}]}}`, "a.json": `{"passwordPolicy":{"minLength":12},"password":""}`,
		"schema.json": `{"properties":{"password":{"type":"string","example":"x","password":"Kq2LmZ9vTtR4"}}}`, ".pgpass": "# see the documentation\n", "run.sh": "curl -u \"$USER:$PASSWORD\" x > .netrc\n",
	} {
		for _, manifest := range []string{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {%q: %q}\n", "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {%q: %q}\n"} {
			if got := secretRules(t, workload.Kubernetes, fmt.Sprintf(manifest, name, text), "Kq2LmZ9vTtR4"); got != nil {
				t.Errorf("rules over %s %q: %v, want none", name, text, got)
			}
		}
	}
}

// secretRules are the rules about secrets that find something in a manifest, each as often as it does; nil for none.
func secretRules(t *testing.T, platform workload.Platform, manifest, value string) []string {
	t.Helper()
	f, err := readers[platform]("a.yaml", []byte(manifest), workload.Options{Platform: platform})
	if err != nil {
		t.Fatalf("%v\n%s", err, manifest)
	}
	var out []string
	for _, found := range Find([]workload.File{*f}, Options{}) {
		if found.ID == "LG-RUN-022" || found.ID == "LG-K8S-018" {
			out = append(out, found.ID)
		}
		if strings.Contains(found.Check.Saw, value) {
			t.Errorf("the finding %q shows the secret", found.Check.Saw)
		}
	}
	return out
}
