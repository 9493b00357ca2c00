package vex_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/package-url/packageurl-go"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/dsse"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

const (
	rootDigest  = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	armDigest   = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	otherDigest = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
)

func app() vex.Image {
	return vex.Image{
		Names: []string{"registry.example/team/app:1.2"}, Digest: rootDigest,
		Platforms: map[string]string{"linux/amd64": rootDigest, "linux/arm64": armDigest},
	}
}

func found(id, platform, purl string, aliases ...string) finding.Finding {
	p, err := packageurl.FromString(purl)
	if err != nil {
		panic(err)
	}
	return finding.Finding{Kind: finding.KindVulnerability, ID: id, Platform: platform, Vulnerability: &finding.Vulnerability{
		Package: finding.Package{Name: p.Name, Version: p.Version, Type: p.Type, PURL: purl}, Aliases: aliases,
	}}
}

// findings are two of one vulnerability, on two platforms, one of another package, and one that is no vulnerability.
func findings() []finding.Finding {
	return []finding.Finding{
		found("GHSA-aaaa-bbbb-cccc", "linux/amd64", "pkg:npm/left-pad@1.0.0", "CVE-2026-1"),
		found("GHSA-aaaa-bbbb-cccc", "linux/arm64", "pkg:npm/left-pad@1.0.0", "CVE-2026-1"),
		found("CVE-2026-1", "linux/amd64", "pkg:deb/debian/pad@2?arch=amd64&distro=debian-12"),
		{Kind: finding.KindCheck, ID: "CVE-2026-1", Check: &finding.Check{}},
		found("CVE-2026-9", "linux/amd64", "pkg:npm/left-pad@1.0.0"),
	}
}

// saying is an OpenVEX document with one statement.
func saying(vulnerability, products string) string {
	return `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "me", "timestamp": "2026-03-01T09:00:00Z", "version": 1,
		"statements": [{"vulnerability": ` + vulnerability + `, "products": ` + products + `, "status": "fixed"}]}`
}

func parse(t *testing.T, raw string, keys attest.Keys) vex.Document {
	t.Helper()
	d, err := vex.Parse("a.json", []byte(raw), keys)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const cve = `{"name": "CVE-2026-1"}`
	named := func(name string) vex.Image { return vex.Image{Names: []string{name}} }
	with := func(product, subcomponent string) string {
		return `[{"@id": "` + product + `", "subcomponents": [{"@id": "` + subcomponent + `"}]}]`
	}
	tests := []struct {
		name, vulnerability, products string
		image                         vex.Image
		want                          []int
	}{
		{name: "the image, and so every package", products: `[{"@id": "pkg:oci/app"}]`, want: []int{0, 1, 2}},
		{name: "by an alias", vulnerability: `{"name": "X-1", "aliases": ["ghsa-AAAA-bbbb-cccc"]}`, products: `[{"@id": "pkg:oci/app"}]`, want: []int{0, 1}},
		{name: "by its name, whatever its address", vulnerability: `{"name": "CVE-2026-9", "@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-1"}`, products: `[{"@id": "pkg:oci/app"}]`, want: []int{4}},
		{name: "by its address", vulnerability: `{"@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-9"}`, products: `[{"@id": "pkg:oci/app"}]`, want: []int{4}},
		{name: "another vulnerability", vulnerability: `{"name": "CVE-2026-11"}`, products: `[{"@id": "pkg:oci/app"}]`},

		{name: "by repository", products: `[{"@id": "pkg:oci/app?repository_url=registry.example/team/app"}]`, want: []int{0, 1, 2}},
		{name: "by the repository of something else", products: `[{"@id": "pkg:oci/other?repository_url=registry.example/team/app"}]`},
		{name: "by the repository's parent", products: `[{"@id": "pkg:oci/app?repository_url=registry.example/team"}]`, want: []int{0, 1, 2}},
		{name: "by another repository", products: `[{"@id": "pkg:oci/app?repository_url=registry.example/other/app"}]`},
		{name: "by another registry", products: `[{"@id": "pkg:oci/app?repository_url=other.example/team/app"}]`},
		{name: "by another name", products: `[{"@id": "pkg:oci/application"}]`},
		{name: "by the end of the name", products: `[{"@id": "pkg:oci/pp"}]`},
		{name: "by tag", products: `[{"@id": "pkg:oci/app?tag=1.2"}]`, want: []int{0, 1, 2}},
		{name: "by another tag", products: `[{"@id": "pkg:oci/app?tag=1.3"}]`},
		{name: "by a tag that had no value", products: `[{"@id": "pkg:oci/app?tag="}]`},
		{name: "by a version that had no value", products: `[{"@id": "pkg:npm/left-pad@"}]`},
		{name: "by architecture", products: `[{"@id": "pkg:oci/app?arch=arm64&os=linux"}]`, want: []int{1}},
		{name: "by another system", products: `[{"@id": "pkg:oci/app?os=windows"}]`},
		{name: "by a qualifier that is not known", products: `[{"@id": "pkg:oci/app?flavour=small"}]`},
		{name: "by the type docker", products: `[{"@id": "pkg:docker/team/app@1.2?repository_url=registry.example"}]`, want: []int{0, 1, 2}},
		{name: "by the type docker with another tag", products: `[{"@id": "pkg:docker/team/app@1.3"}]`},
		{name: "by the type docker, which is of Docker Hub", products: `[{"@id": "pkg:docker/team/app@1.2"}]`},
		{name: "a short name of Docker Hub", image: named("nginx:1.27"), products: `[{"@id": "pkg:docker/nginx@1.27"}]`, want: []int{0, 1, 2}},
		{name: "a short name, by the whole one", image: named("nginx:1.27"), products: `[{"@id": "pkg:docker/library/nginx?repository_url=docker.io"}]`, want: []int{0, 1, 2}},
		{name: "an organisation of Docker Hub", image: named("team/app:1.2"), products: `[{"@id": "pkg:docker/team/app@1.2"}]`, want: []int{0, 1, 2}},
		{name: "an organisation of Docker Hub, by its host", image: named("team/app:1.2"), products: `[{"@id": "pkg:docker/team/app?repository_url=index.docker.io"}]`, want: []int{0, 1, 2}},
		{name: "an official image by the index of Docker Hub", image: named("index.docker.io/library/nginx:1.27"), products: `[{"@id": "pkg:docker/nginx?repository_url=docker.io/library"}]`, want: []int{0, 1, 2}},
		{name: "an organisation, by the name of an official image", image: named("team/app:1.2"), products: `[{"@id": "pkg:docker/app"}]`},
		{name: "on this machine", image: named("localhost/app:1.2"), products: `[{"@id": "pkg:docker/app?repository_url=localhost"}]`, want: []int{0, 1, 2}},
		{name: "on this machine, by an organisation of its name", image: named("localhost/app:1.2"), products: `[{"@id": "pkg:docker/localhost/app?repository_url=docker.io"}]`},
		{name: "at a port", image: named("registry:5000/app:1.2"), products: `[{"@id": "pkg:docker/registry/app?repository_url=docker.io"}, {"@id": "pkg:docker/registry:5000/app?repository_url=docker.io"}]`},
		{name: "without a name", image: named(":1.2"), products: `[{"@id": "pkg:docker/library?repository_url=docker.io"}, {"@id": "pkg:oci/library"}]`},
		{name: "by another type", products: `[{"@id": "pkg:generic/app"}]`},
		{name: "by the version, which is another tag", products: `[{"@id": "pkg:oci/app@1.3"}]`},
		{name: "by the whole name", products: `[{"@id": "pkg:oci/registry.example/team/app"}]`, want: []int{0, 1, 2}},
		{name: "by a repository in capitals", products: `[{"@id": "pkg:oci/app?repository_url=Registry.example/Team/App/"}]`, want: []int{0, 1, 2}},
		{name: "of names of which one is empty", image: vex.Image{Names: []string{"", "team/app:1.2"}}, products: `[{"@id": "pkg:docker/team/app"}]`, want: []int{0, 1, 2}},
		{name: "by the type docker with the end of the name", products: `[{"@id": "pkg:docker/app?repository_url=registry.example"}]`},
		{name: "by the type docker with the whole repository", products: `[{"@id": "pkg:docker/app?repository_url=registry.example/team/app"}]`, want: []int{0, 1, 2}},
		{name: "a name of Docker Hub by the type docker", image: vex.Image{Names: []string{"team/app"}}, products: `[{"@id": "pkg:docker/team/app"}]`, want: []int{0, 1, 2}},
		{name: "one of two names", image: vex.Image{Names: []string{"registry.example/team/app:1", "registry.example/team/other:1"}}, products: `[{"@id": "pkg:oci/app"}]`},
		{name: "both of two names", image: vex.Image{Names: []string{"registry.example/team/app:1", "other.example/app:2"}}, products: `[{"@id": "pkg:oci/app"}]`, want: []int{0, 1, 2}},
		{name: "a part of the image", products: `[{"@id": "pkg:oci/app#bin"}]`},
		{name: "a name of Docker Hub", image: vex.Image{Names: []string{"nginx"}}, products: `[{"@id": "pkg:oci/nginx?repository_url=index.docker.io/library/nginx"}]`, want: []int{0, 1, 2}},
		{name: "an image without a name", image: vex.Image{}, products: `[{"@id": "pkg:oci/app"}]`},

		{name: "by digest", products: `[{"@id": "pkg:oci/elsewhere@` + rootDigest + `"}]`, want: []int{0, 1, 2}},
		{name: "by an escaped digest", products: `[{"@id": "pkg:oci/app@` + strings.ReplaceAll(rootDigest, ":", "%3A") + `"}]`, want: []int{0, 1, 2}},
		{name: "by a platform's digest", products: `[{"@id": "pkg:oci/app@` + armDigest + `"}]`, want: []int{1}},
		{name: "by another digest", products: `[{"@id": "pkg:oci/app@` + otherDigest + `"}]`},
		{name: "by hash", products: `[{"hashes": {"sha-256": "` + strings.ToUpper(strings.TrimPrefix(rootDigest, "sha256:")) + `"}}]`, want: []int{0, 1, 2}},
		{name: "by another hash, whatever its name", products: `[{"@id": "pkg:oci/app", "hashes": {"sha-256": "` + strings.TrimPrefix(otherDigest, "sha256:") + `"}}]`},
		{name: "by identifier", products: `[{"@id": "https://x.example", "identifiers": {"purl": "pkg:oci/app"}}]`, want: []int{0, 1, 2}},
		{name: "by a word that is no package URL", products: `[{"@id": "registry.example/team/app:1.2"}]`},

		{name: "a subcomponent with its version", products: with("pkg:oci/app", "pkg:npm/left-pad@1.0.0"), want: []int{0, 1}},
		{name: "a subcomponent of any version", products: with("pkg:oci/app", "pkg:npm/left-pad"), want: []int{0, 1}},
		{name: "a subcomponent of another version", products: with("pkg:oci/app", "pkg:npm/left-pad@1.0.1")},
		{name: "a subcomponent of another type", products: with("pkg:oci/app", "pkg:pypi/left-pad@1.0.0")},
		{name: "a subcomponent by a part of its qualifiers", products: with("pkg:oci/app", "pkg:deb/debian/pad@2?distro=debian-12"), want: []int{2}},
		{name: "a subcomponent with another qualifier", products: with("pkg:oci/app", "pkg:deb/debian/pad@2?distro=debian-11")},
		{name: "a subcomponent of another image", products: with("pkg:oci/other", "pkg:npm/left-pad@1.0.0")},
		{name: "a subcomponent that is not known", products: with("pkg:oci/app", "https://x.example/left-pad")},
		{name: "no subcomponents in an empty list", products: `[{"@id": "pkg:oci/app", "subcomponents": []}]`},
		{name: "the package itself", products: `[{"@id": "pkg:npm/left-pad"}]`, want: []int{0, 1}},
		{name: "a directory of the package", products: `[{"@id": "pkg:npm/left-pad#lib"}]`},
		{name: "a file of the package", products: `[{"@id": "pkg:npm/left-pad", "hashes": {"sha-256": "` + strings.TrimPrefix(otherDigest, "sha256:") + `"}}]`},
		{name: "a file of the package in one version", products: `[{"@id": "pkg:npm/left-pad@1.0.0", "hashes": {"sha-256": "` + strings.TrimPrefix(otherDigest, "sha256:") + `"}}]`, want: []int{0, 1}},
		{name: "a part of the package", products: with("pkg:npm/left-pad", "pkg:npm/right-pad")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			vulnerability, image := tt.vulnerability, app()
			if vulnerability == "" {
				vulnerability = cve
			}
			if strings.Contains(tt.name, "without a name") || tt.image.Names != nil {
				image = tt.image
			}
			got := slices.Sorted(maps.Keys(vex.Match([]vex.Document{parse(t, saying(vulnerability, tt.products), nil)}, image, findings(), version.InRange)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Match() (-want +got):\n%s", diff)
			}
		})
	}
}

// Vendors of systems speak of their source packages.
func TestMatchOfSources(t *testing.T) {
	t.Parallel()
	list := []finding.Finding{
		found("CVE-2026-1", "linux/amd64", "pkg:deb/debian/libssl3@3.0.1-1%2Bb2?arch=amd64&distro=debian-12&upstream=openssl%403.0.1-1"),
		found("CVE-2026-1", "linux/amd64", "pkg:deb/debian/openssl@3.0.1-1?arch=amd64&distro=debian-12"),
		found("CVE-2026-1", "linux/amd64", "pkg:deb/debian/libssl-dev@3.0.1-1?arch=amd64&distro=debian-12&upstream=openssl"),
		found("CVE-2026-1", "linux/amd64", "pkg:rpm/redhat/openssl-libs@3.0.7-16.el9?arch=x86_64&distro=redhat-9&upstream=openssl-3.0.7-16.el9.src.rpm"),
		found("CVE-2026-1", "linux/amd64", "pkg:rpm/redhat/bare@1-1?arch=x86_64&upstream=x.src.rpm"),
	}
	tests := []struct {
		product string
		want    []int
	}{
		{"pkg:deb/debian/openssl?arch=source", []int{0, 1, 2}},
		{"pkg:deb/debian/openssl@3.0.1-1?arch=source", []int{0, 1, 2}},
		{"pkg:deb/debian/openssl@3.0.1-1%2Bb2?arch=source", nil},
		{"pkg:deb/debian/openssl?arch=source&distro=debian-12", []int{0, 1, 2}},
		{"pkg:deb/debian/openssl?arch=source&distro=debian-11", nil},
		{"pkg:deb/debian/libssl3?arch=source", nil},
		{"pkg:deb/debian/openssl", []int{1}},
		{"pkg:deb/ubuntu/openssl?arch=source", nil},
		{"pkg:rpm/redhat/openssl?arch=src", []int{3}},
		{"pkg:rpm/redhat/openssl@3.0.7-16.el9?arch=src", []int{3}},
		{"pkg:rpm/redhat/openssl@3.0.7-17.el9?arch=src", nil},
		{"pkg:rpm/redhat/openssl-libs?arch=src", nil},
	}
	for _, tt := range tests {
		t.Run(tt.product, func(t *testing.T) {
			t.Parallel()
			d := parse(t, saying(`{"name": "CVE-2026-1"}`, `[{"@id": "`+tt.product+`"}]`), nil)
			if diff := cmp.Diff(tt.want, slices.Sorted(maps.Keys(vex.Match([]vex.Document{d}, app(), list, version.InRange)))); diff != "" {
				t.Errorf("Match() (-want +got):\n%s", diff)
			}
		})
	}
}

// What a statement says, and where and when.
func TestMatchSays(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	const team, vendor = "Security Team <security@vex.example>", "Example Vendor"
	all := append(findings(), found("CVE-2026-2", "linux/amd64", "pkg:npm/left-pad@1.0.0"),
		found("CVE-2026-10001", "linux/amd64", "pkg:npm/left-pad@1.0.0"), found("CVE-2026-10001", "linux/amd64", "pkg:npm/right-pad@1"))
	tests := []struct {
		document string
		want     map[int]policy.Statement
	}{
		{"openvex.json", map[int]policy.Statement{
			0: {Status: policy.StatusNotAffected, Justification: "vulnerable_code_not_in_execute_path", Detail: "The parser is never called.", Author: team, Line: 8, Time: at("2026-03-01T09:00:00Z")},
			5: {Status: policy.StatusAffected, Detail: "Upgrade left-pad.", Author: team, Line: 17, Time: at("2026-04-01T07:00:00Z")},
		}},
		{"csaf.json", map[int]policy.Statement{
			7: {Status: policy.StatusAffected, Detail: "Upgrade to 2.0.", Author: vendor, Line: 34, Time: at("2026-03-02T10:00:00Z")},
			6: {Status: policy.StatusNotAffected, Justification: "component_not_present", Author: vendor, Line: 34, Time: at("2026-03-02T10:00:00Z")},
			0: {Status: policy.StatusFixed, Author: vendor, Line: 40, Time: at("2026-03-02T10:00:00Z")},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.document, func(t *testing.T) {
			t.Parallel()
			d := parse(t, document(t, tt.document), nil)
			d.Origin = policy.OriginProject
			want := map[int][]policy.Statement{}
			for i, s := range tt.want {
				s.Document, s.Origin = "a.json", policy.OriginProject
				want[i] = []policy.Statement{s}
			}
			want[1] = want[0] // the same finding on another platform
			if diff := cmp.Diff(want, vex.Match([]vex.Document{d}, app(), all, version.InRange)); diff != "" {
				t.Errorf("Match() (-want +got):\n%s", diff)
			}
		})
	}
}

// A statement that was updated is as old as its update; what the document says cascades to those that say nothing.
func TestTimeOfStatements(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, document, statement, want string }{
		{"the document's", ``, ``, "2026-03-01"},
		{"the document's update", `"last_updated": "2026-03-02T00:00:00Z",`, ``, "2026-03-02"},
		{"its own", `"last_updated": "2026-03-02T00:00:00Z",`, `"timestamp": "2026-02-01T00:00:00Z",`, "2026-02-01"},
		{"its own update", `"last_updated": "2026-03-02T00:00:00Z",`, `"timestamp": "2026-02-01T00:00:00Z", "last_updated": "2026-02-02T00:00:00Z",`, "2026-02-02"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw := strings.NewReplacer(`"version": 1,`, tt.document+`"version": 1,`, `"status"`, tt.statement+`"status"`).
				Replace(saying(`{"name": "CVE-2026-1"}`, `[{"@id": "pkg:oci/app"}]`))
			got := vex.Match([]vex.Document{parse(t, raw, nil)}, app(), findings(), version.InRange)[0]
			if len(got) != 1 || got[0].Time.Format(time.DateOnly) != tt.want {
				t.Errorf("Match() = %+v, want the time %s", got, tt.want)
			}
		})
	}
}

// signer makes a key, and what a policy says of its owner.
func signer(t *testing.T) (signature.Signer, policy.Trusted) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signature.LoadSigner(private, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	public, err := cryptoutils.MarshalPublicKeyToPEM(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return s, policy.Trusted{Author: "me", Key: policy.Key(public)}
}

// sealed is a document in an in-toto statement about a digest, in a signed envelope.
func sealed(t *testing.T, s signature.Signer, digest, predicate string) string {
	t.Helper()
	statement := `{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns/v0.2.0",
		"subject": [{"name": "app", "digest": {"sha256": "` + strings.TrimPrefix(digest, "sha256:") + `"}}], "predicate": ` + predicate + `}`
	raw, err := dsse.WrapSigner(s, "application/vnd.in-toto+json").SignMessage(strings.NewReader(statement))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	s, trusted := signer(t)
	_, other := signer(t)
	keys := vex.NewKeys([]policy.Trusted{trusted, other, {Author: "nobody"}, {Author: "broken", Key: "x"}})
	good := saying(`{"name": "CVE-2026-1"}`, `[{"@id": "pkg:oci/app"}]`)
	envelope := sealed(t, s, rootDigest, good)

	var parts map[string]any
	if err := json.Unmarshal([]byte(envelope), &parts); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(parts["payload"].(string))
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.Replace(envelope, parts["payload"].(string), base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(payload), "CVE-2026-1", "CVE-2026-9", 1))), 1)

	tests := []struct {
		name, document string
		keys           attest.Keys
		findings       []int
		signed         bool
	}{
		{"signed", envelope, keys, []int{0, 1, 2}, true},
		{"signed, in a bundle", `{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {}, "dsseEnvelope": ` + envelope + `}`, keys, []int{0, 1, 2}, true},
		{"with a name for the key", strings.Replace(envelope, `"keyid":""`, `"keyid":"mine"`, 1), keys, []int{0, 1, 2}, true},
		{"with a key that is not known", envelope, vex.NewKeys([]policy.Trusted{other}), []int{0, 1, 2}, false},
		{"changed afterwards", forged, keys, []int{4}, false},
		{"not signed", string(payload), keys, []int{0, 1, 2}, false},
		{"about one platform", sealed(t, s, armDigest, good), keys, []int{1}, true},
		{"about another image", sealed(t, s, otherDigest, good), keys, nil, false},
		{"without a product", sealed(t, s, armDigest, saying(`{"name": "CVE-2026-1"}`, `[]`)), keys, []int{1}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := vex.Match([]vex.Document{parse(t, tt.document, tt.keys)}, app(), findings(), version.InRange)
			var want []string
			if tt.signed {
				want = []string{trusted.Key.ID()}
			}
			if about := slices.Sorted(maps.Keys(got)); !cmp.Equal(about, tt.findings) {
				t.Fatalf("Match() is about %v, want %v", about, tt.findings)
			}
			if tt.findings != nil && !cmp.Equal(got[tt.findings[0]][0].SignedBy, want) {
				t.Errorf("Match() = %+v, want it signed by %v", got, want)
			}
		})
	}
}
