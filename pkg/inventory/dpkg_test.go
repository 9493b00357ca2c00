package inventory

import (
	"bytes"
	"strings"
	"testing"
)

func TestInstalled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, status string
		updates      []string
		want         string
	}{
		{"wanted and there", "Package: a\nStatus: install ok installed\nVersion: 1\n", nil, "Package: a\nStatus: install ok installed\nVersion: 1\n\n"},
		{"not wanted and there", "Package: a\nstatus:  deinstall ok  installed\nVersion: 1", nil, "Package: a\nStatus: install ok installed\nVersion: 1\n\n"},
		{"a status over two lines", "Package: a\nStatus: hold ok unpacked\n deinstall\nVersion: 1\n", nil, "Package: a\nStatus: install ok unpacked\nVersion: 1\n\n"},
		{"gone", "Package: a\nStatus: install ok not-installed\n\nPackage: b\n", nil, "Package: b\n\n"},
		{"no status", "\n\nPackage: a\n x\n\n\nPackage: b\n", nil, "Package: a\n x\n\nPackage: b\n\n"},
		{"an update", "Package: a\nVersion: 1\n\nPackage: b\n", []string{"Package: a\nVersion: 2\n\n"}, "Package: b\n\nPackage: a\nVersion: 2\n\n"},
		{"two updates", "Package: a\nVersion: 1\n", []string{"Package: a\nVersion: 2\n", "Package: a\nVersion: 3\n"}, "Package: a\nVersion: 3\n\n"},
		{"an update of another architecture", "Package: a\nArchitecture: x\n", []string{"Package: a\nArchitecture: y\n"}, "Package: a\nArchitecture: x\n\nPackage: a\nArchitecture: y\n\n"},
		{"an update that removes", "Package: a\nVersion: 1\n", []string{"Package: a\nStatus: purge ok not-installed\n"}, ""},
		{"nothing", "", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var updates [][]byte
			for _, u := range tt.updates {
				updates = append(updates, []byte(u))
			}
			if got := string(installed([]byte(tt.status), updates...)); got != tt.want {
				t.Errorf("installed() = %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever a database says, what is given to the parser can be given again, and has no package that is not installed.
func FuzzInstalled(f *testing.F) {
	f.Add([]byte("Package: a\nStatus: deinstall ok installed\nVersion: 1\n\nPackage: b\nStatus: purge ok config-files\n"), []byte("Package: a\nVersion: 2\n"))
	f.Add([]byte(" x\n\n\n:\nStatus:\n"), []byte("Status: a b not-installed"))
	f.Fuzz(func(t *testing.T, status, update []byte) {
		got := installed(status, update)
		if again := installed(got); !bytes.Equal(again, got) {
			t.Errorf("installed(%q) = %q", got, again)
		}
		for p := range paragraphs(got) {
			for line := range bytes.Lines(p) {
				if name, value, ok := field(line); ok && name == "Status" && !strings.HasPrefix(value, "install ok ") {
					t.Errorf("a package is %q", value)
				}
			}
		}
	})
}
