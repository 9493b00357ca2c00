package gate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/check/deployed"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/observe"
)

// What an image says of how it runs reaches the rules about its manifests.
func TestRuns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		config v1.Config
		want   deployed.Platform
	}{
		{name: "nothing"},
		{name: "what it starts", config: v1.Config{User: "app", Entrypoint: []string{"/entry.sh"}, Cmd: []string{"nginx"}},
			want: deployed.Platform{User: "app", Entrypoint: []string{"/entry.sh"}, Cmd: []string{"nginx"}}},
		{name: "a check of its health", config: v1.Config{Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "curl", "-f", "http://127.0.0.1/"}}}, want: deployed.Platform{Checked: true}},
		{name: "none", config: v1.Config{Healthcheck: &v1.HealthConfig{Test: []string{"NONE"}}}},
		{name: "one without a command", config: v1.Config{Healthcheck: &v1.HealthConfig{Test: []string{"CMD-SHELL", ""}}}},
		{name: "volumes", config: v1.Config{Volumes: map[string]struct{}{"/b/": {}, "/a": {}}}, want: deployed.Platform{Volumes: []string{"/a", "/b"}}},
		{name: "ports and a range", config: v1.Config{ExposedPorts: map[string]struct{}{"9000/udp": {}, "8000-8002/tcp": {}, "443": {}}},
			want: deployed.Platform{Ports: []int{443, 8000, 8001, 8002, 9000}}},
		{name: "what is no port", config: v1.Config{ExposedPorts: map[string]struct{}{"http": {}, "/tcp": {}, "9-8": {}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &image.Platform{Name: "linux/amd64", Config: v1.ConfigFile{Config: tt.config}}
			seen := observe.Platform{Inventory: inventory.Inventory{Packages: []inventory.Package{
				{Package: finding.Package{Name: "nginx"}, State: finding.Visible}, {Package: finding.Package{Name: "squid"}, State: finding.Shadowed},
			}}}
			tt.want.Name, tt.want.Packages = "linux/amd64", []string{"nginx"}
			if diff := cmp.Diff(tt.want, runs(p, seen)); diff != "" {
				t.Errorf("runs (-want +got):\n%s", diff)
			}
		})
	}
}
