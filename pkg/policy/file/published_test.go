package file_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
)

// published are the policies of a registry by their references.
func published(policies map[string]string) file.Fetch {
	return func(ref string, _ int64) ([]byte, error) {
		if text, ok := policies[ref]; ok {
			return []byte(text), nil
		}
		if ref == "down/policy" {
			return nil, fault.WithHint(errors.New("the registry is down"), "try again")
		}
		return nil, fault.Request(errors.New("there is no such policy"), "write another")
	}
}

// A published policy is read as one of the project is, and its lines and locks have its name.
func TestExtendsPublished(t *testing.T) {
	t.Parallel()
	fetch := published(map[string]string{
		"r/org@sha256:1":  "extends: oci://r/base@sha256:2\nfail-on: high\nlock: [fail-on]",
		"r/base@sha256:2": "# base\ngrace: {low: 3}",
	})
	got, err := file.ReadFrom(texts{"a": "extends: oci://r/org@sha256:1\ncoverage: warn"}, "a", fetch)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got.Files {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"a", "oci://r/org@sha256:1", "oci://r/base@sha256:2"}, names); diff != "" {
		t.Errorf("ReadFrom().Files (-want +got):\n%s", diff)
	}
	if got.FailOn != "high" || got.Coverage != policy.ActionWarn || got.Grace[finding.SeverityLow] != 3 || got.Floor == nil || got.Floor.File != "oci://r/org@sha256:1" {
		t.Errorf("ReadFrom() = %+v, want what all three say, and the lock", got)
	}
	want := finding.Location{File: "oci://r/base@sha256:2", Line: 2, EndLine: 2}
	if at := got.Line("grace.low"); at == nil || *at != want || at.InProject() {
		t.Errorf("ReadFrom().Line(grace.low) = %+v, want %+v", at, want)
	}
	_, err = file.ReadFrom(texts{"a": "extends: oci://r/org@sha256:1\nfail-on: never"}, "a", fetch)
	if err == nil || !strings.Contains(err.Error(), "a:2:10: this file loosens fail-on: ") || !strings.Contains(err.Error(), "and oci://r/org@sha256:1 locks fail-on") {
		t.Errorf("ReadFrom(looser than what is locked) = %v", err)
	}
}

func TestExtendsPublishedRefuses(t *testing.T) {
	t.Parallel()
	policies := map[string]string{
		"relative": "extends: ./b", "above": "\nextends: ../b", "wrong": "fail-on: hgih", "cycle": "extends: oci://cycle",
	}
	for i := range 12 {
		policies[fmt.Sprint(i)] = fmt.Sprintf("extends: oci://%d", i+1)
	}
	for _, tt := range []struct {
		name, extends string
		none          bool // no registry is asked
		want, hint    string
		undecided     bool
	}{
		{name: "no registry", extends: "relative", none: true, want: "a:1:10: oci://relative lies in a registry, and none is asked here", hint: "extend a file of the project"},
		{name: "a path", extends: "relative", want: "oci://relative:1:10: a published policy extends no file, and this one extends ./b", hint: "publish that file"},
		{name: "a path above", extends: "above", want: "oci://above:2:10: a published policy extends no file"},
		{name: "wrong", extends: "wrong", want: "oci://wrong:1:10: fail-on is not"},
		{name: "itself", extends: "cycle", want: "oci://cycle:1:10: oci://cycle extends itself"},
		{name: "many", extends: "0", want: "more than 8 files"},
		{name: "not there", extends: "none", want: "a:1:10: reading oci://none: there is no such policy", hint: "write another"},
		{name: "not readable", extends: "down/policy", want: "reading oci://down/policy, which a extends in line 1: the registry is down", hint: "try again", undecided: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fetch := published(policies)
			if tt.none {
				fetch = nil
			}
			// The project has the file that a published policy must not reach.
			got, err := file.ReadFrom(texts{"a": "extends: oci://" + tt.extends, "b": "fail-on: never"}, "a", fetch)
			if err == nil || !strings.Contains(err.Error(), tt.want) || fault.IsRequest(err) == tt.undecided {
				t.Fatalf("ReadFrom() = %+v, %v, want %s", got, err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), " "); !strings.Contains(hints, tt.hint) {
				t.Errorf("ReadFrom() has the hints %q, want %q", hints, tt.hint)
			}
		})
	}
}

// A policy that is to be published is read as others will read it.
func TestParsePublished(t *testing.T) {
	t.Parallel()
	fetch := published(map[string]string{"r/org@sha256:1": "fail-on: high\nlock: [fail-on]"})
	for _, tt := range []struct{ text, want string }{
		{"fail-on: any", ""},
		{"extends: oci://r/org@sha256:1\nfail-on: any", ""},
		{"extends: oci://r/org@sha256:1\nfail-on: critical", "p:2:10: this file loosens fail-on"},
		{"extends: ./org.yaml", "p:1:10: a published policy extends no file"},
		{"fail-on: hgih", "p:1:10: fail-on is not"},
	} {
		_, err := file.ParsePublished("p", []byte(tt.text), fetch)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParsePublished(%q) = %v, want %q", tt.text, err, tt.want)
		}
	}
}
