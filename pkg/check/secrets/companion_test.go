package secrets_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/check/secrets"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/spool"
)

// Indexes and attestations are pushed with the image, and hold secrets as the image does. SBOMs are looked at for what is known by its
// own form.
func TestInCompanions(t *testing.T) {
	t.Parallel()
	const password = "kT7-qpw29-ZxLm"
	token := githubToken(1)
	statement := func(predicateType, predicate string) string {
		return fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":%q,"subject":[],"predicate":%s}`, predicateType, predicate)
	}
	base64Of := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	const provenance, later, spdx, cyclonedx = "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1", "https://spdx.dev/Document", "https://cyclonedx.org/bom"
	tests := []struct {
		name        string
		statement   string
		annotations map[string]string // of the index
		want        []string          // of each finding its rule, platform and field
	}{
		{name: "build arguments", statement: statement(provenance, `{"invocation":{"parameters":{"args":{"build-arg:DB_PASSWORD":"`+password+`","build-arg:X":"`+token+`"}}}}`), want: []string{
			"LG-SEC-002 linux/amd64 the field provenance.predicate.invocation.parameters.args.build-arg:DB_PASSWORD",
			"LG-SEC-002 linux/amd64 the field provenance.predicate.invocation.parameters.args.build-arg:X",
		}},
		{name: "build arguments, later form", statement: statement(later, `{"buildDefinition":{"externalParameters":{"request":{"args":{"build-arg:DB_PASSWORD":"`+password+`"}}}}}`),
			want: []string{"LG-SEC-002 linux/amd64 the field provenance.predicate.buildDefinition.externalParameters.request.args.build-arg:DB_PASSWORD"}},
		{name: "an instruction", statement: statement(provenance, `{"buildConfig":{"llbDefinition":[{"op":{"Op":{"exec":{"meta":{"args":["/bin/sh","-c","login --password=`+password+`"],"env":["DB_PASSWORD=`+password+`"]}}}}}]}}`), want: []string{
			"LG-SEC-002 linux/amd64 the field provenance.predicate.buildConfig.llbDefinition[0].op.Op.exec.meta.args",
			"LG-SEC-002 linux/amd64 the variable DB_PASSWORD of the field provenance.predicate.buildConfig.llbDefinition[0].op.Op.exec.meta.env",
		}},
		{name: "the Dockerfile", statement: statement(provenance, `{"infos":[{"filename":"Dockerfile","data":"`+base64Of("FROM scratch\nENV DB_PASSWORD="+password+"\n")+`"}]}`),
			want: []string{"LG-SEC-002 linux/amd64 the field provenance.predicate.infos[0].data"}},
		{name: "the source", statement: statement(provenance, `{"invocation":{"configSource":{"uri":"https://bob:`+password+`@git.internal/shop.git"}}}`),
			want: []string{"LG-SEC-002 linux/amd64 the field provenance.predicate.invocation.configSource.uri"}},
		{name: "an unknown predicate", statement: statement("https://shop.internal/build", `{"token":"`+token+`"}`), want: []string{"LG-SEC-002 linux/amd64 the field attestation.predicate.token"}},
		{name: "an SBOM", statement: statement(spdx, `{"packages":[{"name":"a","downloadLocation":"git+https://bob:`+password+`@git.internal/a"},{"`+token+`":1}]}`),
			want: []string{"LG-SEC-002 linux/amd64 the SBOM", "LG-SEC-002 linux/amd64 the SBOM #2"}},
		{name: "the index", annotations: map[string]string{"a": token}, statement: statement(provenance, "{}"), want: []string{"LG-SEC-002  the field index.annotations.a"}},
		{name: "more than is looked at", statement: statement(provenance, `{"x":"`+token+`","y":"`+strings.Repeat(" ", 17<<20)+`"}`),
			want: []string{"LG-SEC-002 linux/amd64 the provenance", "LG-SEC-015 linux/amd64 provenance"}},
		{name: "a large SBOM", statement: statement(cyclonedx, `{"y":"`+strings.Repeat(" ", 17<<20)+`"}`)},
		{name: "none", annotations: map[string]string{"org.opencontainers.image.title": "Shop"}, statement: statement(provenance, `{"builder":{"id":"https://github.com/acme/shop/actions/runs/1"},
			"materials":[{"uri":"pkg:docker/golang@1.25?platform=linux%2Famd64","digest":{"sha256":"`+strings.Repeat("4f53cda18c2baa0c", 4)+`"}}],
			"invocation":{"configSource":{"entryPoint":"Dockerfile"},"parameters":{"frontend":"gateway.v0","args":{"build-arg:VERSION":"1.2.3","cmdline":"docker/dockerfile:1","vcs:revision":"4f53cda18c2baa0c4f53cda18c2baa0c4f53cda1"},
				"secrets":[{"id":"npm_token","optional":true}],"locals":[{"name":"context"}]},"environment":{"platform":"linux/amd64"}},
			"buildConfig":{"llbDefinition":[{"id":"step0","op":{"Op":{"exec":{"meta":{"args":["/bin/sh","-c","make TOKEN_FILE=/run/secrets/npm_token"],"env":["PATH=/bin"]},"mounts":[{"secretOpt":{"ID":"npm_token"}}]}}}}]},
			"metadata":{"buildInvocationID":"kz9m0xq3n5p7r1t2v4w6y8","completeness":{"parameters":true}},"infos":[{"filename":"Dockerfile","data":"`+base64Of("FROM scratch\nRUN --mount=type=secret,id=npm_token true\n")+`"}]}`)},
		{name: "none in an SBOM", statement: statement(spdx, `{"packages":[{"name":"password","versionInfo":"1.2.3","password":"hunter2","checksums":[{"checksumValue":"4f53cda18c2baa0c4f53cda18c2baa0c4f53cda1"}],
			"externalRefs":[{"referenceLocator":"pkg:npm/%40acme/token@1.0.0"}],"downloadLocation":"https://registry.npmjs.org/a/-/a-1.0.0.tgz"}]}`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "a", Body: "x"}}}}}}, Attestation: tt.statement, Annotations: tt.annotations})
			if err != nil {
				t.Fatal(err)
			}
			archive := filepath.Join(t.TempDir(), "image.tar")
			if err := files.WriteArchive(archive, imagetest.None); err != nil {
				t.Fatal(err)
			}
			img, err := image.Open(t.Context(), archive, image.Options{Spool: spool.New(spool.Config{Dir: t.TempDir()}), TempDir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			found, err := secrets.InCompanions(img.Companions())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, strings.Join([]string{f.ID, f.Platform, f.Check.Field}, " "))
				if err := f.Valid(); err != nil {
					t.Errorf("%s is not valid: %v", f.ID, err)
				}
				if all, _ := json.Marshal(f); strings.Contains(string(all), password) || strings.Contains(string(all), token) {
					t.Errorf("the finding shows the secret: %s", all)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("InCompanions (-want +got):\n%s", diff)
			}
		})
	}
}
