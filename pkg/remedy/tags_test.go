package remedy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewerTags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, base string
		tags, want []string
	}{
		{"newer, the lowest first", "debian:12.5", []string{"12.10", "12.4", "12.6", "12.5"}, []string{"12.6", "12.10"}},
		{"the same flavour", "python:3.11.2-slim", []string{"3.11.9", "3.11.9-slim", "3.11.9-alpine"}, []string{"3.11.9-slim"}},
		{"the same major version", "alpine:3.18.4", []string{"3.19.1", "4.0.0"}, []string{"3.19.1"}},
		{"as many numbers", "debian:12.5", []string{"13", "12", "12.6.1"}, nil},
		{"the newest few", "a.example:5000/b:1.0", []string{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6"}, []string{"1.2", "1.3", "1.4", "1.5", "1.6"}},
		{"a name", "debian:bookworm", []string{"12.6"}, nil},
		{"no tag", "debian", []string{"12.6"}, nil},
		{"a number beyond counting", "debian:99999999999999999999.1", []string{"99999999999999999999.2"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, NewerTags(tt.base, tt.tags)); diff != "" {
				t.Errorf("NewerTags(%q, %q) (-want +got):\n%s", tt.base, tt.tags, diff)
			}
		})
	}
}

func TestSortCandidates(t *testing.T) {
	t.Parallel()
	refs := []string{"pool.example/debian:12.9", "debian:13", "debian:12.14", "debian:edge", "debian:12.6"}
	SortCandidates("debian:12.5", refs)
	if diff := cmp.Diff([]string{"debian:12.6", "debian:12.14", "debian:13", "debian:edge", "pool.example/debian:12.9"}, refs); diff != "" {
		t.Errorf("SortCandidates() (-want +got):\n%s", diff)
	}
}

func TestTakeBaseline(t *testing.T) {
	t.Parallel()
	was := vulnerable("A", "deb", "openssl", "1", baseLayer)
	was.Baseline = "unchanged"
	got := []string{}
	candidate := all(vulnerable("A", "deb", "openssl", "2", baseLayer), vulnerable("B", "deb", "openssl", "2", baseLayer)).Findings
	TakeBaseline(candidate, all(was).Findings)
	for _, f := range candidate {
		got = append(got, string(f.Baseline))
	}
	if diff := cmp.Diff([]string{"unchanged", "new"}, got); diff != "" {
		t.Errorf("TakeBaseline() (-want +got):\n%s", diff)
	}
}
