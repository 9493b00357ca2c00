package workload

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/workload"
)

// No finding shows a secret of what the manifest names, and two addresses are two findings.
func TestAddressSecret(t *testing.T) {
	t.Parallel()
	const text = `{"id": "/a", "cmd": "b", "fetch": [
		{"uri": "https://ci:Hq7vLp93xZa2Kd@repo.shop.internal/x.tgz"},
		{"uri": "https://ci:Hq7vLp93xZa2Kd@repo.shop.internal/y.tgz"}]}`
	found := Find([]workload.File{*read(t, "a.json", []byte(text), workload.Marathon)}, Options{})
	prints := map[string]bool{}
	for _, f := range found {
		if f.ID == "LG-RUN-022" {
			prints[f.Fingerprint()] = true
		}
	}
	if len(prints) != 2 {
		t.Errorf("there are %d different findings of secrets, want 2", len(prints))
	}
	all, err := json.Marshal(found)
	if err != nil || strings.Contains(string(all), "Hq7vLp93xZa2Kd") || !strings.Contains(string(all), "https://***@repo.shop.internal/x.tgz") {
		t.Errorf("the findings show the secret, or not the rest of its address: %s, %v", all, err)
	}
}
