package facts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/facts"
)

func TestCapabilitiesOf(t *testing.T) {
	t.Parallel()
	const unknown = "an attribute of an unknown form"
	tests := []struct {
		name, attribute string
		want            []string
	}{
		{"version 1", "\x00\x00\x00\x01" + "\x00\x20\x00\x00" + "\x01\x00\x00\x00", []string{"CAP_CHOWN", "CAP_NET_RAW"}},
		{"version 2", netRaw, []string{"CAP_NET_RAW"}},
		{"version 3, with the number of a root", "\x01\x00\x00\x03" + "\x00\x00\x20\x00" + "\x00\x00\x00\x00" + "\x00\x01\x00\x00" + "\x00\x00\x00\x00" + "\xe8\x03\x00\x00", []string{"CAP_SYS_ADMIN", "CAP_CHECKPOINT_RESTORE"}},
		{"one that is newer than this program", "\x00\x00\x00\x02" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x80" + "\x00\x00\x00\x00", []string{"capability 63"}},
		{"none", "\x00\x00\x00\x02" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00", []string{}},
		{"too short", "\x01\x00\x00\x02\x00\x20", []string{unknown}},
		{"no version", "\x01", []string{unknown}},
		{"version 4", "\x00\x00\x00\x04" + netRaw[4:], []string{unknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, facts.CapabilitiesOf(tt.attribute)); diff != "" {
				t.Errorf("capabilities (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzCapabilities(f *testing.F) {
	f.Add(netRaw)
	f.Fuzz(func(t *testing.T, attribute string) {
		if got := facts.CapabilitiesOf(attribute); len(got) > 64 {
			t.Errorf("%d capabilities", len(got))
		}
	})
}
