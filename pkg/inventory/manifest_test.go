package inventory_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// A manifest whose version depends on who reads it is named, whatever its parser makes of it.
func TestManifestOfTwoReadings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		want          bool // that it is named
	}{
		{"a key in capitals", `{"name":"a","version":"1.0.0","Version":"2.0.0"}`, true},
		{"a letter that folds", "{\"name\":\"a\",\"version\":\"1.0.0\",\"ver\u017fion\":\"2.0.0\"}", true},
		{"an escaped letter", `{"name":"a","version":"1.0.0","\u0056ersion":"2.0.0"}`, true},
		{"another name", `{"NAME":"b","name":"a","version":"1.0.0"}`, true},
		{"behind a byte order mark", "\ufeff" + `{"name":"a","version":"1.0.0","Version":"2.0.0"}`, true},
		{"a key in capitals alone", `{"name":"a","Version":"2.0.0"}`, false},
		{"a key in capitals further inside", `{"name":"a","version":"1.0.0","author":{"Name":"x","name":"y"}}`, false},
		{"two versions", `{"name":"a","version":"1.0.0","version":"2.0.0"}`, true},
		{"two names", `{"name":"a","version":"1.0.0","name":"b"}`, true},
		{"a version that is null", `{"name":"a","version":null,"version":"2.0.0"}`, true},
		{"one version twice", `{"name":"a","version":"1.0.0","version":"1.0.0"}`, false},
		{"versions further inside", `{"name":"a","version":"1.0.0","engines":{"version":"2","name":"b"},"x":[{"version":"3"}]}`, false},
		{"none", `{"name":"a","version":"1.0.0"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{file("node_modules/a/package.json", tt.content)})
			got := len(inv.Unreadable) == 1 && strings.Contains(inv.Unreadable[0].Reason, "twice, as")
			if got != tt.want {
				t.Errorf("Unreadable = %+v, want the manifest named: %v", inv.Unreadable, tt.want)
			}
		})
	}
}
