package report

import (
	"os"
	"testing"
)

func TestWriteFailure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		failure Failure
		want    string
	}{
		{"undecided", Failure{}, "## ❓ Not decided or not finished: nothing was promoted\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n- save it again\n"},
		{"wrong request", Failure{Invalid: true}, "## 🚫 Wrong request: nothing was scanned\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n- save it again\n"},
		{
			"pushed in part", Failure{Pushed: []string{"a.example/app:1", "b.example/app:1"}, Unknown: []string{"c.example/app:1"}, Left: []string{"d.example/app:1"}},
			"## ❓ Not finished: only some of the references were pushed\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n" +
				"- pushed: `a.example/app:1`\n- pushed: `b.example/app:1`\n- not known whether pushed: `c.example/app:1`\n- not pushed: `d.example/app:1`\n- save it again\n",
		},
		{
			"after the push", Failure{Pushed: []string{"a.example/app:1"}, Digest: "sha256:abc", Finished: true},
			"## ❗ Pushed, but not finished: what comes after the push failed\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n- pushed: `a.example/app:1`\n- save it again\n",
		},
		{
			"not known", Failure{Unknown: []string{"c.example/app:1"}},
			"## ❓ Not finished: the image may or may not have been pushed\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n- not known whether pushed: `c.example/app:1`\n- save it again\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.failure.Message, tt.failure.Hints = "reading layer 1: it is <b>cut</b>", []string{"save it again"}
			path, err := WriteFailure(t.TempDir()+"/new", tt.failure)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil || string(got) != tt.want {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
