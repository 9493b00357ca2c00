package vex_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	openvex "github.com/openvex/go-vex/pkg/vex"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// export is one of an exception that waives the first two findings, and one that accepts the third as a risk.
func export() vex.Export {
	harmless, risk := 0, 1
	return vex.Export{
		Author: "me", Time: time.Date(2026, 11, 25, 12, 0, 0, 5, time.UTC), Image: app(), Findings: findings(),
		Exceptions: []policy.Exception{
			{ID: "CVE-2026-1", Status: policy.StatusNotAffected, Justification: "component_not_present", Reason: "We leave it out <b>."},
			{ID: "CVE-2026-1", Reason: "We live with it."},
		},
		Decisions: []policy.Decision{
			{Finding: 0, Effect: policy.Waived, Exception: &harmless},
			{Finding: 1, Effect: policy.Waived, Exception: &harmless},
			{Finding: 2, Effect: policy.Waived, Exception: &risk},
			{Finding: 3, Effect: policy.Waived, Exception: &harmless}, // of a check
			{Finding: 4, Effect: policy.Blocks},
		},
	}
}

// What is exported says the same when it is read again, and says it of the same findings of the same image only.
func TestExportIsReadAgain(t *testing.T) {
	t.Parallel()
	hub := app()
	hub.Names = []string{"nginx"}
	nameless := app()
	nameless.Names = []string{""}
	undigested := vex.Image{Names: app().Names}
	for name, image := range map[string]vex.Image{"of a registry": app(), "of Docker Hub": hub, "without a name": nameless, "without a digest": undigested} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := export()
			e.Image = image
			var b bytes.Buffer
			if err := e.Write(&b); err != nil {
				t.Fatal(err)
			}
			d := parse(t, b.String(), nil)
			got := vex.Match([]vex.Document{d}, image, findings(), version.InRange)
			if about := slices.Sorted(maps.Keys(got)); !cmp.Equal(about, []int{0, 1}) {
				t.Fatalf("the export is about %v, want 0 and 1:\n%s", about, b.String())
			}
			want := policy.Statement{
				Status: policy.StatusNotAffected, Justification: "component_not_present", Detail: "We leave it out <b>.", Author: "me",
				Document: "a.json", Line: 8, Time: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC),
			}
			if diff := cmp.Diff([]policy.Statement{want}, got[0]); diff != "" {
				t.Errorf("the export says (-want +got):\n%s", diff)
			}
			if other := vex.Match([]vex.Document{d}, vex.Image{Names: []string{"registry.example/team/other"}, Digest: otherDigest}, findings(), version.InRange); len(other) != 0 {
				t.Errorf("the export is about another image: %+v", other)
			}
			var again bytes.Buffer
			if err := e.Write(&again); err != nil || again.String() != b.String() {
				t.Errorf("a second export differs: %v", err)
			}
		})
	}
}

// An export has one statement for each exception and vulnerability, which names each package once.
func TestExportNames(t *testing.T) {
	t.Parallel()
	e := export()
	never := len(e.Exceptions)
	e.Exceptions = append(e.Exceptions, policy.Exception{ID: "CVE-2026-9", Status: policy.StatusNotAffected, Justification: "component_not_present"})
	e.Findings = append(e.Findings, found("GHSA-aaaa-bbbb-cccc", "linux/amd64", "pkg:npm/right-pad@1", "CVE-2026-1"))
	e.Decisions[4].Exception = &never
	e.Decisions = append(e.Decisions, policy.Decision{Finding: 5, Exception: e.Decisions[0].Exception})
	for name, want := range map[string]string{
		"registry.example/team/app:1.2": "pkg:oci/app@" + rootDigest + "?repository_url=registry.example%2Fteam%2Fapp&tag=1.2",
		"registry.example/team/app":     "pkg:oci/app@" + rootDigest + "?repository_url=registry.example%2Fteam%2Fapp",
		"":                              "",
	} {
		e.Image.Names = []string{name}
		var b bytes.Buffer
		if err := e.Write(&b); err != nil {
			t.Fatal(err)
		}
		var got openvex.VEX
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, s := range got.Statements {
			line := append([]string{string(s.Vulnerability.Name)}, fmt.Sprint(s.Vulnerability.Aliases))
			for _, c := range s.Products[0].Subcomponents {
				line = append(line, c.ID)
			}
			said = append(said, strings.Join(line, " "))
			if s.Products[0].ID != want {
				t.Errorf("the product of %q is %s, want %s", name, s.Products[0].ID, want)
			}
		}
		if diff := cmp.Diff([]string{"CVE-2026-9 [] pkg:npm/left-pad@1.0.0", "GHSA-aaaa-bbbb-cccc [CVE-2026-1] pkg:npm/left-pad@1.0.0 pkg:npm/right-pad@1"}, said); diff != "" {
			t.Errorf("Write() (-want +got):\n%s", diff)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	nothing := export()
	nothing.Decisions = nothing.Decisions[2:]
	if err := nothing.Write(&b); !errors.Is(err, vex.ErrNothing) {
		t.Errorf("Write() of nothing = %v", err)
	}
	unnamed := export()
	unnamed.Image = vex.Image{}
	if err := unnamed.Write(&b); err == nil || !strings.Contains(err.Error(), "neither a name nor a digest") {
		t.Errorf("Write() of an image without a name = %v", err)
	}
	unknown := export()
	unknown.Findings[0].Vulnerability.Package = finding.Package{Name: "thing"}
	if err := unknown.Write(&b); err == nil || !strings.Contains(err.Error(), "thing of GHSA-aaaa-bbbb-cccc has no package URL") {
		t.Errorf("Write() of a package without a package URL = %v", err)
	}
	if b.Len() != 0 {
		t.Errorf("what was refused is written: %s", b.String())
	}
}
