package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// An alert that several findings share is about one that blocks, however severe the others are: its state, its
// severity and its reason are what a reviewer decides by.
func TestAlertIsAboutWhatBlocks(t *testing.T) {
	t.Parallel()
	lodash := func(version string) heldPackage {
		return npm("lodash", version, "/app/node_modules/lodash/package.json")
	}
	shadowed := vulnerable("CVE-2021-23337", finding.SeverityCritical, 9.9, aptLayer, lodash("4.17.4"))
	shadowed.State = finding.Shadowed
	visible := vulnerable("CVE-2021-23337", finding.SeverityHigh, 7.2, appLayer, lodash("4.17.20"))
	r := judge(base(baseLayer, aptLayer, appLayer), policy.Any, shadowed, visible)
	var log struct {
		Runs []struct {
			Results []struct {
				Message    struct{ Text string }
				Properties struct {
					State, Severity, BlockingReason string
					Blocking                        bool
				}
			}
		}
	}
	if err := json.Unmarshal(render(t, SARIF, r), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || len(log.Runs[0].Results) != 1 {
		t.Fatalf("SARIF has %+v, want one result for both findings", log.Runs)
	}
	got := log.Runs[0].Results[0]
	if p := got.Properties; p.Severity != "high" || p.State != "visible" || !p.Blocking || p.BlockingReason == "" {
		t.Errorf("the alert's properties are %+v, want those of the finding that blocks", p)
	}
	if !strings.HasPrefix(got.Message.Text, "lodash 4.17.20 has CVE-2021-23337") || !strings.Contains(got.Message.Text, "Blocks the image") {
		t.Errorf("the alert says %q, want the finding that blocks first, and why", got.Message.Text)
	}
}

// An address with a user name looks like that of another host, and is no link in any report.
func TestNoLinksWithUserNames(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://github.com@evil.example/x", "https://github.com:secret@evil.example/x", "https://@evil.example/x"} {
		f := vulnerable("CVE-2021-23337", finding.SeverityHigh, 7.2, baseLayer, debian("openssl", "3.0.9-1"))
		f.URLs = []string{address, "https://advisories.example/ok"}
		r := judge(base(baseLayer), policy.Any, f)
		for name, text := range map[string]string{
			"SARIF": string(render(t, SARIF, r)), "Markdown": string(render(t, Markdown, r)), "HTML": string(render(t, HTML, r)),
		} {
			if strings.Contains(text, "evil.example") || !strings.Contains(text, "advisories.example/ok") {
				t.Errorf("%s has a link to %s, want one to the address without a user name", name, address)
			}
		}
	}
}

// The base image's share counts each vulnerability once, as the base's where both brought it.
func TestBaseShare(t *testing.T) {
	t.Parallel()
	fromBase := baseLayer
	fromBase.Base = true
	both := debian("openssl", "3.0.9-1")
	tests := []struct {
		name  string
		image *BaseImage
		want  string // empty where nothing may be said
	}{
		{name: "known", image: &BaseImage{Name: "debian:12", Layers: 1}, want: "2 from the base image debian:12, 1 of your own"},
		{name: "by name only", image: &BaseImage{Name: "debian:12"}},
		{name: "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := base(fromBase, aptLayer)
			r.Image.Base = tt.image
			judge(r, policy.Any,
				vulnerable("CVE-1", finding.SeverityHigh, 0, fromBase, both),
				vulnerable("CVE-1", finding.SeverityHigh, 0, aptLayer, both),
				vulnerable("CVE-2", finding.SeverityLow, 0, fromBase, debian("apt", "2.6.1")),
				vulnerable("CVE-3", finding.SeverityLow, 0, aptLayer, debian("curl", "7.88.1-10")),
			)
			text := string(render(t, Markdown, r))
			if tt.want == "" && strings.Contains(text, "of your own") || !strings.Contains(text, tt.want) {
				t.Errorf("Markdown does not tell the base's share as %q:\n%s", tt.want, text)
			}
		})
	}
}
