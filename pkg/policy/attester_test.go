package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/policy"
)

func TestAttesterProblem(t *testing.T) {
	t.Parallel()
	key := publicKey(t, 'a')
	for _, tt := range []struct {
		name     string
		attester policy.Attester
		at, want string
	}{
		{"of any type", policy.Attester{Key: key}, "", ""},
		{"of a type", policy.Attester{Type: "https://slsa.dev/provenance/v1", Key: key}, "", ""},
		{"of a type by its short name", policy.Attester{Type: "spdx", Key: key}, "", ""},
		{"without a key", policy.Attester{}, "key", "it names no key"},
		{"with another key", policy.Attester{Key: "x"}, "key", "not one public key"},
		{"of a type that is none", policy.Attester{Type: "slsa", Key: key}, "type", `"slsa" is no type`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, err := tt.attester.Problem()
			if at != tt.at || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Problem() = %q, %v, want %q, %q", at, err, tt.at, tt.want)
			}
		})
	}
}

// A key counts for its type alone, or for all where it has none.
func TestAttesterKeys(t *testing.T) {
	t.Parallel()
	p := policy.Policy{Attesters: []policy.Attester{{Type: "spdx", Key: "sbom"}, {Key: "any"}, {Type: "https://slsa.dev/provenance/v1", Key: "provenance"}}}
	for predicate, want := range map[string][]policy.Key{
		"https://spdx.dev/Document":      {"sbom", "any"},
		"https://slsa.dev/provenance/v1": {"any", "provenance"},
		"https://openvex.dev/ns":         {"any"},
	} {
		if diff := cmp.Diff(want, p.AttesterKeys(predicate)); diff != "" {
			t.Errorf("AttesterKeys(%s) (-want +got):\n%s", predicate, diff)
		}
	}
}

// One more attester loosens a policy and one less tightens it, also where there was or is none.
func TestCompareAttesters(t *testing.T) {
	t.Parallel()
	with := func(attesters ...policy.Attester) policy.Policy { return policy.Policy{Attesters: attesters} }
	a, b := policy.Attester{Type: "spdx", Key: proof("", "a").Key}, policy.Attester{Key: proof("", "b").Key}
	for _, tt := range []struct {
		name     string
		from, to policy.Policy
		want     []string
	}{
		{"the first", with(), with(a), []string{"loosens attesters, which also lists the key " + short("a") + " for https://spdx.dev/Document"}},
		{"none any more", with(a), with(), []string{"tightens attesters, which no longer lists the key " + short("a") + " for https://spdx.dev/Document"}},
		{"another", with(a), with(b), []string{"loosens attesters, which also lists the key " + short("b"), "tightens attesters, which no longer lists the key " + short("a") + " for https://spdx.dev/Document"}},
		{"the same", with(a, b), with(b, policy.Attester{Type: "https://spdx.dev/Document", Key: a.Key}), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range policy.Compare(tt.from, tt.to) {
				if d.Loosens != strings.HasPrefix(d.Message, "loosens") {
					t.Errorf("%+v", d)
				}
				got = append(got, d.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Compare() (-want +got):\n%s", diff)
			}
			if (tt.from.Digest() == tt.to.Digest()) != (tt.want == nil) {
				t.Error("the digests do not tell the policies apart as Compare does")
			}
		})
	}
}

func TestAttestationRequirement(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"attestation=spdx": "", "attestation=https://slsa.dev/provenance/v1": "", "attestation": "names no type", "attestation=": "names no type", "attestation=slsa": "is no type of attestations",
	} {
		r := policy.Requirement(text)
		if err := r.Valid(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Valid(%s) = %v, want %q", text, err, want)
		}
		if r.Path() != "" {
			t.Errorf("Path(%s) = %q, want none: no file is read", text, r.Path())
		}
	}
}
