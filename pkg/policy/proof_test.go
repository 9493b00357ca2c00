package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/policy"
)

// proof is one by a key, which a letter makes.
func proof(by policy.ProofKind, letter string) policy.Proof {
	return policy.Proof{By: by, Key: policy.Key("-----BEGIN PUBLIC KEY-----\n" + strings.Repeat(letter, 4) + "\n-----END PUBLIC KEY-----\n")}
}

// bases is a policy that allows debian, with a proof.
func bases(p policy.Proof) policy.Policy {
	return policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian", Proven: p}}}
}

// short is how a change names the key of a letter.
func short(letter string) string { return proof("", letter).Key.ID()[:len("sha256:")+12] + "…" }

func TestBaseProofs(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("a", 64)
	a, b := proof(policy.BySignature, "a"), proof(policy.ByVerdict, "b")
	p := policy.Policy{AllowedBases: []policy.AllowedBase{
		{Image: "debian", Proven: policy.Proof{Key: a.Key}}, {Image: "debian:12*", Proven: b}, {Image: policy.BasePattern("debian@" + digest)}, {Image: "alpine"},
	}}
	tests := []struct {
		name, image string
		digests     []string
		want        []policy.Proof
	}{
		{"one entry", "debian:13", nil, []policy.Proof{a}},
		{"two entries", "debian:12.1", nil, []policy.Proof{a, b}},
		{"one of the entries wants none", "debian:12.1", []string{digest}, nil},
		{"no proof is wanted", "alpine:3", nil, nil},
		{"it is not allowed", "evil", nil, nil},
		{"scratch", "scratch", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, p.BaseProofs(tt.image, tt.digests...)); diff != "" {
				t.Errorf("BaseProofs(%q) (-want +got):\n%s", tt.image, diff)
			}
		})
	}
}

func TestProofProblem(t *testing.T) {
	t.Parallel()
	key := publicKey(t, 'a')
	tests := []struct {
		name  string
		proof policy.Proof
		key   string // whose value is wrong
		want  string
	}{
		{"a signature", policy.Proof{Key: key}, "", ""},
		{"provenance", policy.Proof{By: policy.ByProvenance, Key: key, Builder: "b"}, "", ""},
		{"a verdict", policy.Proof{By: policy.ByVerdict, Key: key, Verifier: "v"}, "", ""},
		{"nothing", policy.Proof{}, "key", "it names no key"},
		{"no key", policy.Proof{Key: "x"}, "key", "not one public key"},
		{"another kind", policy.Proof{By: "sbom", Key: key}, "by", `no proof by "sbom"`},
		{"a builder of a signature", policy.Proof{Key: key, Builder: "b"}, "builder", "only provenance"},
		{"a verifier of provenance", policy.Proof{By: policy.ByProvenance, Key: key, Verifier: "v"}, "verifier", "only a verdict"},
		{"a verdict of anybody", policy.Proof{By: policy.ByVerdict, Key: key}, "verifier", "names none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, err := tt.proof.Problem()
			if at != tt.key || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Problem() = %q, %v, want %q, %q", at, err, tt.key, tt.want)
			}
		})
	}
}

// A policy is read back from a report as it was, an entry without a proof as it was before there were any.
func TestAllowedBasesInJSON(t *testing.T) {
	t.Parallel()
	want := []policy.AllowedBase{{Image: "alpine"}, {Image: "debian", Proven: proof(policy.BySignature, "a")}}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(raw), `["alpine",{"image":"debian","proven":{"by":"signature","key":"-----BEGIN`) {
		t.Errorf("Marshal() = %s", raw)
	}
	var got []policy.AllowedBase
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Unmarshal() (-want +got):\n%s", diff)
	}
}

// The digest of a policy is that of what it decides: the order of entries and a default in words have no part in it.
func TestDigestOfAllowedBases(t *testing.T) {
	t.Parallel()
	a, b := policy.AllowedBase{Image: "debian", Proven: policy.Proof{Key: proof("", "a").Key}}, policy.AllowedBase{Image: "alpine"}
	one := policy.Policy{AllowedBases: []policy.AllowedBase{a, b}}
	same := policy.Policy{AllowedBases: []policy.AllowedBase{b, {Image: "debian", Proven: proof(policy.BySignature, "a")}, b}}
	if one.Digest() != same.Digest() {
		t.Errorf("Digest() = %s and %s, want the same", one.Digest(), same.Digest())
	}
	for name, p := range map[string]policy.Policy{
		"without the proof": {AllowedBases: []policy.AllowedBase{{Image: "debian"}, b}},
		"another key":       {AllowedBases: []policy.AllowedBase{{Image: "debian", Proven: proof("", "b")}, b}},
	} {
		if p.Digest() == one.Digest() {
			t.Errorf("%s, Digest() is the same", name)
		}
	}
}
