package audit_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/layergate/layergate/pkg/audit"
)

// Bases and images of which there is as much to do stand in the order in which people count, in every format.
func TestOrder(t *testing.T) {
	t.Parallel()
	part := &audit.Result{At: "2026-11-26T12:00:00Z", Shard: audit.Shard{Index: 1, Of: 1}}
	for _, n := range []string{"10", "9", "2", "11"} {
		part.Images = append(part.Images, audit.Entry{
			Image: audit.Image{Repository: "registry.example/app", Digest: digest(n[:1]) + n, Names: []string{"registry.example/app:" + n}}, Outcome: audit.Blocked,
			Base: &audit.Base{Name: "registry.example/base:" + n, State: audit.BaseCurrent}, Blocking: []audit.Blocker{{ID: "CVE-2026-1"}},
		})
	}
	r, err := audit.Merge([]*audit.Result{part})
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer, *audit.Result) error{"text": audit.Text, "CSV": audit.CSV, "HTML": audit.HTML, "JSON": audit.JSON} {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		for _, of := range []string{"registry.example/base:", "registry.example/app:"} {
			last := -1
			for _, n := range []string{"2", "9", "10", "11"} { // where each is named first
				at := bytes.Index(b.Bytes(), []byte(of+n))
				if at <= last {
					t.Errorf("%s: %s%s does not stand behind those with a lower number", name, of, n)
				}
				last = at
			}
		}
	}
}
