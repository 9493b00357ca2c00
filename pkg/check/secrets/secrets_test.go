package secrets_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/check/secrets"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
)

// The rules keep to the words of pkg/check, and each is named once.
func TestRules(t *testing.T) {
	t.Parallel()
	id, name := regexp.MustCompile(`^LG-SEC-[0-9]{3}$`), regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	var ids, names []string
	for _, r := range secrets.Rules() {
		if !id.MatchString(r.ID) || !name.MatchString(r.Name) || slices.Contains(ids, r.ID) || slices.Contains(names, r.Name) {
			t.Errorf("the rule %s is called %q, or there are two", r.ID, r.Name)
		}
		ids, names = append(ids, r.ID), append(names, r.Name)
		if r.Kind != finding.KindSecret || r.Severity == finding.SeverityUnknown || r.Title == "" || len(r.References) == 0 || !strings.HasSuffix(r.Why, ".") || !strings.HasSuffix(r.Remedy, ".") {
			t.Errorf("the rule %s lacks a kind, a severity, a title, a reference or a sentence", r.ID)
		}
	}
	if !slices.IsSorted(ids) {
		t.Errorf("the rules stand in the order %v", ids)
	}
}

// Each rule finds something in every fixture whose name begins with fail, and nothing where it begins with pass; no other rule
// does either.
func TestFixtures(t *testing.T) {
	t.Parallel()
	for _, r := range secrets.Rules() {
		for _, prefix := range []string{"pass", "fail"} {
			list, err := filepath.Glob(filepath.Join("testdata", r.ID, prefix+"*.yaml"))
			if err != nil || len(list) == 0 {
				t.Errorf("the rule %s has no fixture %s", r.ID, prefix)
			}
			for _, name := range list {
				t.Run(r.ID+"/"+filepath.Base(name), func(t *testing.T) {
					t.Parallel()
					found := secrets.Find(subject(t, read(t, name)))
					var got []string
					for _, f := range found {
						got = append(got, f.ID)
						if err := f.Valid(); err != nil {
							t.Errorf("%s is not valid: %v", f.ID, err)
						}
					}
					got = slices.Compact(got)
					if prefix == "pass" && slices.Contains(got, r.ID) || prefix == "fail" && !slices.Contains(got, r.ID) {
						t.Errorf("Find() = %v", got)
					}
					if others := slices.DeleteFunc(got, func(id string) bool { return id == r.ID || r.ID == "LG-SEC-015" || prefix == "pass" }); len(others) > 0 {
						t.Errorf("other rules find something, too: %v", others)
					}
				})
			}
		}
	}
	list, _ := os.ReadDir("testdata")
	if len(list) != len(secrets.Rules()) {
		t.Errorf("testdata has %d directories for %d rules", len(list), len(secrets.Rules()))
	}
}

// A secret in JSON is found once, whatever says it again: the variable or the argument is what has it.
func TestObjectOnce(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"LG-SEC-001/fail-object-history.yaml": "SPRING_APPLICATION_JSON", "LG-SEC-004/fail-object.yaml": "COMPOSER_AUTH"} {
		found := secrets.Find(subject(t, read(t, filepath.Join("testdata", name))))
		if len(found) != 1 || found[0].Check.Field != want {
			t.Errorf("Find(%s) = %+v, want one finding of %s", name, found, want)
		}
	}
}

// A finding has its place and what may be shown, and nothing of it shows a secret.
func TestFinding(t *testing.T) {
	t.Parallel()
	token, password := githubToken(1), "hunter2-of-the-shop"
	tail, err := imagetest.Tar([]imagetest.File{{Name: "app/" + githubToken(2), Body: githubToken(3)}})
	if err != nil {
		t.Fatal(err)
	}
	img := imagetest.Image{
		Config: &v1.Config{Env: []string{"DB_PASSWORD=" + password}, Labels: map[string]string{"token": token}},
		Layers: []imagetest.Layer{
			{CreatedBy: "RUN |1 DB_PASSWORD=" + password + " /bin/sh -c TOKEN=" + token + " make # buildkit", Files: []imagetest.File{{Name: "app/token", Body: "a\n" + token + "\n"}}},
			{CreatedBy: "ENV DB_PASSWORD=" + password, Empty: true},
			{CreatedBy: "RUN /bin/sh -c chown 1 /app/token # buildkit", Files: []imagetest.File{{Name: "app/token", Body: "a\n" + token + "\n"}, {Name: "app/.pgpass", Body: "db:1:x:y:" + password + "\ndb:1:x:y:" + password + "2\n"}}},
			{CreatedBy: "RUN /bin/sh -c rm /app/.pgpass # buildkit", Files: []imagetest.File{{Name: "app/.wh..pgpass"}}},
			{CreatedBy: "COPY x /app # buildkit", Raw: append(tail, githubToken(4)...)},
		},
	}
	s := subject(t, img)
	found := secrets.Find(s)
	var got []string
	prints := map[string]bool{}
	for _, f := range found {
		layer := -1
		if f.Layer != nil {
			layer = f.Layer.Index
		}
		got = append(got, strings.Join([]string{f.ID, f.Path, string(f.State), f.Check.Field, string(rune('0' + layer))}, "|"))
		if prints[f.Fingerprint()] {
			t.Errorf("two findings have one fingerprint: %s", f.Check.Saw)
		}
		prints[f.Fingerprint()] = true
	}
	for i := range got {
		got[i] = regexp.MustCompile(`sha256:[0-9a-f]{12}`).ReplaceAllString(got[i], "sha256:…")
	}
	want := []string{
		"LG-SEC-001|||DB_PASSWORD|0",
		"LG-SEC-002|||the label token|/",
		"LG-SEC-003|||sha256:…|0",
		"LG-SEC-004|||DB_PASSWORD|0",
		"LG-SEC-005||visible|sha256:… behind the tar|3",
		"LG-SEC-005|/app/***|visible|sha256:… in the header|3",
		"LG-SEC-005|/app/***|visible|sha256:…|3",
		"LG-SEC-005|/app/token|visible|sha256:…|0",
		"LG-SEC-010|/app/.pgpass|shadowed|y|1",
		"LG-SEC-010|/app/.pgpass|shadowed|y #2|1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find() (-want +got):\n%s", diff)
	}
	raw, err := json.Marshal(struct{ Findings, Layers, Files any }{found, s.From.Layers, s.Files})
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{token, password, token[4:20], githubToken(4)} {
		if strings.Contains(string(raw), value) {
			t.Errorf("the findings and the layers show %s", value)
		}
	}
}

// Every text of the configuration is looked at, in fields that nobody knows as well, and what is said twice is found once.
func TestOtherTexts(t *testing.T) {
	t.Parallel()
	const password = "kT7-qpw29-ZxLm"
	token := githubToken(1)
	build := base64.StdEncoding.EncodeToString([]byte(`{"attrs":{"build-arg:API_TOKEN":"` + token + `","filename":"Dockerfile"}}`))
	type fields = map[string]any
	config := func(name string, value any) fields { return fields{"container_config": fields{name: value}} }
	tests := []struct {
		name        string
		config      v1.Config
		fields      fields
		by          string   // an entry of the history
		annotations fields   // of the manifest
		want        []string // of each its rule, its field, and the layer that it is of
	}{
		{name: "an environment", fields: config("Env", []string{"PATH=/bin", "DB_PASSWORD=" + password}), by: "ENV DB_PASSWORD=",
			want: []string{"LG-SEC-002 the variable DB_PASSWORD of the field container_config.Env 0"}},
		{name: "the environment again", config: v1.Config{Env: []string{"DB_PASSWORD=" + password}}, fields: config("Env", []string{"DB_PASSWORD=" + password}), want: []string{"LG-SEC-001 DB_PASSWORD -"}},
		{name: "another value of the environment", config: v1.Config{Env: []string{"DB_PASSWORD=" + password}}, fields: config("Env", []string{"DB_PASSWORD=" + password + "2"}),
			want: []string{"LG-SEC-001 DB_PASSWORD -", "LG-SEC-002 the variable DB_PASSWORD of the field container_config.Env -"}},
		{name: "a command", fields: config("Cmd", []string{"server", "--password=" + password}), want: []string{"LG-SEC-002 the field container_config.Cmd -"}},
		{name: "the instruction again", fields: config("Cmd", []string{"/bin/sh", "-c", "#(nop) ", "ENV DB_PASSWORD=" + password}), by: "/bin/sh -c #(nop)  ENV DB_PASSWORD=" + password,
			want: []string{"LG-SEC-003 DB_PASSWORD 0"}},
		{name: "labels", fields: config("Labels", fields{"deploy.token": token, "note": "none"}), by: "LABEL deploy.token=",
			want: []string{"LG-SEC-002 the field container_config.Labels.deploy.token 0"}},
		{name: "the labels again", config: v1.Config{Labels: map[string]string{"deploy.token": token}}, fields: config("Labels", fields{"deploy.token": token}),
			want: []string{"LG-SEC-002 the label deploy.token -"}},
		{name: "the command again", config: v1.Config{Cmd: []string{"server", "--password=" + password}}, fields: config("Cmd", []string{"server", "--password=" + password}), want: []string{"LG-SEC-002 the command -"}},
		{name: "a text", fields: fields{"author": "https://bob:" + password + "@git.internal/shop"}, want: []string{"LG-SEC-002 the field author -"}},
		{name: "a name", fields: fields{"x": fields{token: 1}}, want: []string{"LG-SEC-002 a name in the field x -"}},
		{name: "a name above another secret", fields: fields{"x": fields{token: fields{"dbPassword": password}}}, want: []string{"LG-SEC-002 a name in the field x -", "LG-SEC-002 the field x.***.dbPassword -"}},
		{name: "unknown fields", fields: fields{"x": []any{1, fields{"y": fields{"apiToken": token}}}}, want: []string{"LG-SEC-002 the field x[1].y.apiToken -"}},
		{name: "what BuildKit was asked to build", fields: fields{"moby.buildkit.buildinfo.v1": build}, want: []string{"LG-SEC-002 the field moby.buildkit.buildinfo.v1.attrs.build-arg:API_TOKEN -"}},
		{name: "annotations", annotations: fields{"deploy.token": token, "org.opencontainers.image.base.digest": "sha256:" + strings.Repeat("4f53cda18c2baa0c", 4)}, want: []string{"LG-SEC-002 the field manifest.annotations.deploy.token -"}},
		{name: "what is none", fields: fields{
			"author": "Bob <bob@shop.internal>, password: see the vault", "docker_version": "20.10.24", "container": strings.Repeat("4f53cda18c2baa0c", 4),
			"container_config": fields{
				"Hostname": "4f53cda18c2b", "Image": "sha256:" + strings.Repeat("4f53cda18c2baa0c", 4), "Env": []string{"PATH=/bin", "DB_PASSWORD_FILE=/run/secrets/db"},
				"Cmd": []string{"/bin/sh", "-c", "#(nop) ", `CMD ["server"]`}, "Volumes": nil, "OnBuild": nil, "Labels": fields{"maintainer": "Bob"}, "Tty": false,
			},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := subject(t, imagetest.Image{Config: &tt.config, Fields: tt.fields, Layers: []imagetest.Layer{{CreatedBy: tt.by, Files: []imagetest.File{{Name: "a", Body: "x"}}}}})
			raw, err := json.Marshal(fields{"schemaVersion": 2, "annotations": tt.annotations})
			if err != nil {
				t.Fatal(err)
			}
			s.Image.Manifest.Raw = raw
			var got []string
			for _, f := range secrets.Find(s) {
				layer := "-"
				if f.Layer != nil {
					layer = fmt.Sprint(f.Layer.Index)
				}
				got = append(got, strings.Join([]string{f.ID, f.Check.Field, layer}, " "))
				if all, _ := json.Marshal(f); strings.Contains(string(all), password) || strings.Contains(string(all), token) {
					t.Errorf("the finding shows the secret: %s", all)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Find (-want +got):\n%s", diff)
			}
		})
	}
}
