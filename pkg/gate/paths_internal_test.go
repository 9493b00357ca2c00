package gate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

func TestHidePaths(t *testing.T) {
	t.Parallel()
	token := "ghp_" + "wJalrXUtnFEMIK7MDENGbPxRfiCYzz012345"
	path := "/srv/" + token + "/x"
	p := report.Platform{
		Packages: []report.Package{{Path: path}},
		Coverage: report.Coverage{
			Unread: []report.Unread{{Path: path, Reason: path + " ends early"}}, Executables: report.Executables{Largest: []report.Executable{{Path: path}}},
		},
	}
	findings := []finding.Finding{
		finding.NewCoverage(finding.Coverage{Gap: finding.GapUnreadableFile, Reason: path + " ends early"}, path),
		{Kind: finding.KindCheck, Check: &finding.Check{Saw: path + " is setuid", Field: path}},
	}
	hidePaths(&p, findings)
	text := ""
	for _, v := range []any{p, findings[0], findings[1]} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text += string(raw)
	}
	if strings.Contains(text, token) || strings.Count(text, "/srv/***/x") != 9 {
		t.Errorf("hidePaths() leaves %s", text)
	}
}
