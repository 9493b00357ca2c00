package inventory

import (
	"bytes"
	"strings"
	"testing"
)

// nothingLeft has packages that are not installed leave no files.
func nothingLeft(paragraph) bool { return false }

func TestInstalled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, status string
		updates      []string
		want         string
	}{
		{"wanted and there", "Package: a\nStatus: install ok installed\nVersion: 1\n", nil, "Package: a\nStatus: install ok installed\nVersion: 1\n\n"},
		{"not wanted and there", "Package: a\nstatus:  deinstall ok  installed\nVersion: 1", nil, "Package: a\nStatus: install ok installed\nVersion: 1\n\n"},
		{"a status over two lines", "Package: a\nStatus: hold ok\n unpacked\nVersion: 1\n", nil, "Package: a\nStatus: install ok unpacked\nVersion: 1\n\n"},
		{"gone", "Package: a\nStatus: install ok not-installed\n\nPackage: b\nVersion: 1\n", nil, "Package: b\nVersion: 1\n\n"},
		{"gone, in capital letters", "Package: a\nStatus: Deinstall OK Config-Files\nVersion: 1\n", nil, ""},
		{"gone, over two lines", "Package: a\nStatus: deinstall ok\n config-files\nVersion: 1\n", nil, ""},
		{"a field twice", "Package: a\nStatus: install ok installed\nVersion: 1\nversion: 1\nstatus: install ok installed\n", nil, "Package: a\nStatus: install ok installed\nVersion: 1\n\n"},
		{"a state of too many words", "Package: a\nStatus: deinstall ok config-files x\nVersion: 1\n", nil, "Package: a\nStatus: install ok installed\nVersion: 1\n\n"},
		{"no status", "\n\nPackage: a\nVersion: 1\nDescription: x\n x\n\n\nPackage: b\nVersion: 1\n", nil, "Package: a\nVersion: 1\nDescription: x\n x\n\nPackage: b\nVersion: 1\n\n"},
		{"folded fields", "Package:\n a\nVersion: \n\t1\nDescription: x\n .\n y\n", nil, "Package: a\nVersion: 1\nDescription: x\n .\n y\n\n"},
		{"a source whose version stands right behind it", "Package: a\nVersion: 2\nSource: b(1)\n", nil, "Package: a\nVersion: 2\nSource: b (1)\n\n"},
		{"lines as on Windows", "Package: a\r\nVersion: 1\r\n\r\nPackage: b\r\nVersion: 1\r\n", nil, "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n\n"},
		{"a line of blanks between packages", "Package: a\nVersion: 1\n \t\nPackage: b\nVersion: 1\n  \n", nil, "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n\n"},
		{"a line of blanks in a package", "Package: a\nDescription: x\n \n y\nVersion: 1\n", nil, "Package: a\nDescription: x\n \n y\nVersion: 1\n\n"},
		{"an update", "Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n", []string{"Package: a\nVersion: 2\n\n"}, "Package: b\nVersion: 1\n\nPackage: a\nVersion: 2\n\n"},
		{"two updates", "Package: a\nVersion: 1\n", []string{"Package: a\nVersion: 2\n", "Package: a\nVersion: 3\n"}, "Package: a\nVersion: 3\n\n"},
		{"an update of another architecture", "Package: a\nArchitecture: x\nVersion: 1\n", []string{"Package: a\nArchitecture: y\nVersion: 1\n"}, "Package: a\nArchitecture: x\nVersion: 1\n\nPackage: a\nArchitecture: y\nVersion: 1\n\n"},
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
			got, err := installed([]byte(tt.status), nothingLeft, updates...)
			if err != nil || string(got) != tt.want {
				t.Errorf("installed() = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// A paragraph that does not say which package it is about makes the database unreadable.
func TestInstalledRefuses(t *testing.T) {
	t.Parallel()
	const good = "Package: a\nVersion: 1\n"
	tests := []struct{ name, status, update, want string }{
		{"no version", good + "\nPackage: b\nStatus: install ok installed\n", "", "without the field Version"},
		{"no name", good + "\nVersion: 1\n", "", "without the field Package"},
		{"a version without a colon", good + "\nPackage: b\nVersion\n", "", "without the field Version"},
		{"an update without a version", good, "Package: b\n", "without the field Version"},
		{"two states", "Package: a\nStatus: purge ok config-files\nStatus: install ok installed\nVersion: 1\n", "", `the package "a" has the field Status twice, "purge ok config-files" and "install ok installed"`},
		{"two versions", good + "version: 2\n", "", "the field Version twice"},
		{"two names", good + "Package: b\n", "", "the field Package twice"},
		{"two sources", good + "Source: a\nsource: b\n", "", "the field Source twice"},
		{"two architectures", good + "Architecture: a\nArchitecture: b\n", "", "the field Architecture twice"},
		{"two versions of an update", good, "Package: a\nVersion: 2\nVersion: 3\n", "the field Version twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := installed([]byte(tt.status), nothingLeft, []byte(tt.update)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("installed() = %q, %v, want an error with %q", got, err, tt.want)
			}
		})
	}
}

// Whatever a database says, what is given to the parser can be given again, and has no package that is not installed.
func FuzzInstalled(f *testing.F) {
	f.Add([]byte("Package: a\nStatus: deinstall ok installed\nVersion: 1\n\nPackage: b\nStatus: purge ok config-files\n"), []byte("Package: a\nVersion: 2\n"))
	f.Add([]byte(" x\n\n\n:\nStatus:\n"), []byte("Status: a b not-installed"))
	f.Fuzz(func(t *testing.T, status, update []byte) {
		got, err := installed(status, nothingLeft, update)
		if err != nil {
			return
		}
		if again, err := installed(got, nothingLeft); err != nil || !bytes.Equal(again, got) {
			t.Errorf("installed(%q) = %q, %v", got, again, err)
		}
		for p := range paragraphs(got) {
			if value := p.value("Status"); value != "" && !strings.HasPrefix(value, "install ok ") {
				t.Errorf("a package is %q", value)
			}
		}
	})
}
