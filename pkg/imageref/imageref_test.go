package imageref_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imageref"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want imageref.Reference
		full string
	}{
		{"", imageref.Reference{}, ""},
		{"debian", imageref.Reference{Repository: "debian"}, "docker.io/library/debian"},
		{"debian:12", imageref.Reference{Repository: "debian", Tag: "12"}, "docker.io/library/debian"},
		{"team/app@sha256:ab", imageref.Reference{Repository: "team/app", Digest: "sha256:ab"}, "docker.io/team/app"},
		{"docker.io/debian", imageref.Reference{Repository: "docker.io/debian"}, "docker.io/library/debian"},
		{"index.docker.io/library/debian:12@sha256:ab", imageref.Reference{Repository: "index.docker.io/library/debian", Tag: "12", Digest: "sha256:ab"}, "docker.io/library/debian"},
		{"localhost/app", imageref.Reference{Repository: "localhost/app"}, "localhost/app"},
		{"localhost:5000/app", imageref.Reference{Repository: "localhost:5000/app"}, "localhost:5000/app"},
		{"registry.example:5000/team/app:1.2", imageref.Reference{Repository: "registry.example:5000/team/app", Tag: "1.2"}, "registry.example:5000/team/app"},
		{"${REGISTRY}/app:${TAG}", imageref.Reference{Repository: "${REGISTRY}/app", Tag: "${TAG}"}, "${REGISTRY}/app"},
		{"registry.example/app:${TAG:-1}", imageref.Reference{Repository: "registry.example/app", Tag: "${TAG:-1}"}, "registry.example/app"},
		{"*/app", imageref.Reference{Repository: "*/app"}, "*/app"},
		{"docker.io/**", imageref.Reference{Repository: "docker.io/**"}, "docker.io/**"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got := imageref.Split(tt.text)
			if got != tt.want {
				t.Errorf("Split(%q) = %+v, want %+v", tt.text, got, tt.want)
			}
			if full := got.FullRepository(); full != tt.full {
				t.Errorf("Split(%q).FullRepository() = %q, want %q", tt.text, full, tt.full)
			}
		})
	}
}

func TestForAttachments(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0a", 32)
	for tag, want := range map[string]bool{
		"sha256-" + hex: true, "sha256-" + hex + ".sig": true, "sha256-" + hex + ".other": true, "sha512-" + hex: true, "sha512-" + hex + hex + ".att": true, "sha384-" + hex + hex[:32]: true,
		hex: false, "sha256-" + hex[1:]: false, "md5-" + hex: false, "sha256-" + hex + "-1": false, "sha256-" + strings.ToUpper(hex): false, "1.0": false, "": false,
	} {
		if got := imageref.ForAttachments(tag); got != want {
			t.Errorf("ForAttachments(%q) = %t, want %t", tag, got, want)
		}
	}
}

func TestAttachedTo(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0a", 32)
	for tag, want := range map[string]string{
		"sha256-" + hex: "sha256:" + hex, "sha256-" + hex + ".sig": "sha256:" + hex, "sha256-" + hex + ".att.old": "sha256:" + hex,
		hex: "", "sha256-" + hex[1:]: "", "sha256-" + strings.ToUpper(hex): "", "sha256-" + hex + "0": "", "1.0": "", "": "",
	} {
		if got := imageref.AttachedTo(tag); got != want {
			t.Errorf("AttachedTo(%q) = %q, want %q", tag, got, want)
		}
	}
}
