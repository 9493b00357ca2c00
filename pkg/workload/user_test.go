package workload_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/workload"
)

func TestKindOfUser(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]workload.UserKind{
		"": workload.NoUser, ":10": workload.RootUser, ":": workload.RootUser, "+0": workload.RootUser, "root": workload.RootUser, "root:app": workload.RootUser, "0": workload.RootUser, "00:10": workload.RootUser,
		"10001": workload.NumericUser, "10001:0": workload.NumericUser, "app": workload.NamedUser, "Root": workload.NamedUser, "0x0": workload.NamedUser,
	} {
		if got := workload.KindOfUser(text); got != want {
			t.Errorf("KindOfUser(%q) = %d, want %d", text, got, want)
		}
	}
}
