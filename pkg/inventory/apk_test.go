package inventory

import (
	"strings"
	"testing"
)

func TestCheckApk(t *testing.T) {
	t.Parallel()
	const tool = "C:x\nP:tool\nV:1-r0\nA:x86_64\no:tool\nF:usr/bin\nR:tool\n"
	tests := []struct {
		name, installed, want string // what the error says; empty for none
	}{
		{"two packages", tool + "\n" + strings.ReplaceAll(tool, "tool", "other") + "\n", ""},
		{"two versions", tool + "V:2-r0\n", `the package "tool" has the field V twice, "1-r0" and "2-r0"`},
		{"two names", "P:a\nP:b\nV:1-r0\n", "the field P twice"},
		{"two origins", tool + "o:other\n", "the field o twice"},
		{"two architectures", tool + "A:noarch\n", "the field A twice"},
		{"one version twice", tool + "V:1-r0\r\n", ""},
		{"two files", tool + "R:other\n", ""},
		{"what is no field", tool + "V\nP\nVersion: 2\n", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := checkApk([]byte(tt.installed))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("checkApk() = %v, want %q", err, tt.want)
			}
		})
	}
}
