package lifecycle

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

func day(y int, m time.Month, d int) *time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return &t
}

func TestParse(t *testing.T) {
	t.Parallel()
	const debian = `{"name":"debian","label":"Debian","releases":[
		{"name":"12","codename":"Bookworm","isEol":false,"eolFrom":"2028-06-30","isEoas":true,"eoasFrom":"2026-06-10","latest":{"name":"12.12"}},
		{"name":"3.0","isEol":true,"eolFrom":null},{"name":"14","isEol":false,"eolFrom":null}]}`
	want := []End{
		{"debian", "12", day(2028, 6, 30), day(2026, 6, 10)},
		{"debian", "3.0", day(1970, 1, 1), nil},
		{"debian", "14", nil, nil},
	}
	tests := []struct {
		name, content string
		want          []End
		err           string
	}{
		{name: "a product", content: `{"schema_version":"1.2.0","result":` + debian + `}`, want: want},
		{name: "all products", content: `{"total":2,"result":[` + debian + `,{"name":"alpine-linux","releases":[{"name":"3.20","eolFrom":"2026-04-01"}]}]}`,
			want: append(want[:3:3], End{"alpine-linux", "3.20", day(2026, 4, 1), nil})},
		{name: "another form", content: `[{"cycle":"12","eol":"2028-06-30"}]`, err: "is a list"},
		{name: "no result", content: `{"total":2}`, err: "it has no result"},
		{name: "no release", content: `{"result":[]}`, err: "it names no release"},
		{name: "a list of names", content: `{"result":[{"name":"debian"}]}`, err: "it names no release"},
		{name: "no name of a product", content: `{"result":{"releases":[{"name":"12"}]}}`, err: "a product has no name"},
		{name: "no name of a release", content: `{"result":{"name":"debian","releases":[{"eolFrom":"2028-06-30"}]}}`, err: "debian : a release has no name"},
		{name: "no day", content: `{"result":{"name":"debian","releases":[{"name":"12","eolFrom":"soon"}]}}`, err: `debian 12: eolFrom is "soon"`},
		{name: "said twice", content: `{"result":{"name":"debian","releases":[{"name":"12","eolFrom":"2028-06-30","eolFrom":"2038-06-30"}]}}`, err: "eolFrom"},
		{name: "cut short", content: `{"result":[{"name":"deb`, err: "."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse("eol.json", []byte(tt.content))
			if tt.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), "reading eol.json: ") || !strings.Contains(err.Error(), tt.err) || !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
					t.Errorf("Parse() = %v, want a wrong request with %q and a hint", err, tt.err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("Parse() = %v (-want +got):\n%s", err, diff)
			}
		})
	}
}
