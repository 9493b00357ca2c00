package report

import (
	"os"
	"testing"
)

func TestWriteFailure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		invalid bool
		want    string
	}{
		{"undecided", false, "## ❓ Not decided or not finished: nothing was promoted\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n- save it again\n"},
		{"wrong request", true, "## 🚫 Wrong request: nothing was scanned\n\nreading layer 1: it is &#60;b&#62;cut&#60;/b&#62;\n\n- save it again\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path, err := WriteFailure(t.TempDir()+"/new", tt.invalid, "reading layer 1: it is <b>cut</b>", []string{"save it again"})
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
