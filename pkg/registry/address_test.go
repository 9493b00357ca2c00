package registry_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
)

// A registry with a port that is none is a wrong request wherever it is named, and nobody is asked.
func TestPortsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"registry.example:99999", "registry.example:65536", "registry.example:0", "registry.example:", "[::1]:99999"} {
		client, err := registry.New(registry.Config{Transport: noNetwork{}})
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		for what, do := range map[string]func() error{
			"ParseReferences": func() error { _, err := registry.ParseReferences([]string{host + "/team/app:1"}); return err },
			"Image":           func() error { _, err := client.Image(host + "/team/app:1"); return err },
			"Tags":            func() error { _, err := client.Tags(ctx, host+"/team/app:1"); return err },
			"Rights":          func() error { _, err := client.Rights(ctx, host+"/team/app"); return err },
			"Kept":            func() error { _, _, err := client.Kept(ctx, host+"/team/app"); return err },
			"Repositories":    func() error { _, err := client.Repositories(ctx, host); return err },
			"New":             func() error { _, err := registry.New(registry.Config{Insecure: []string{host}}); return err },
		} {
			err := do()
			if !fault.IsRequest(err) || !strings.Contains(err.Error(), host+`" has a port that is none`) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), "from 1 to 65535") {
				t.Errorf("%s(%s) = %v, %q, want a wrong request that names the registry and says what a port is", what, host, err, fault.Hints(err))
			}
		}
	}
	for _, host := range []string{"registry.example", "registry.example:65535", "localhost:1", "[::1]:5000", "[::1]"} {
		if _, err := registry.ParseReferences([]string{host + "/team/app:1"}); err != nil {
			t.Errorf("ParseReferences(%s/team/app:1) = %v", host, err)
		}
	}
}

// noNetwork lets nothing out.
type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("the network is asked")
}

// A tag under which signatures or lists of referrers are kept is none to push to.
func TestTagsOfAttachments(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0a", 32)
	for tag, want := range map[string]bool{"sha256-" + hex: true, "sha256-" + hex + ".sig": true, "sha512-" + hex + ".att": true, "sha256-" + hex[1:]: false, hex: false} {
		_, err := registry.ParseReferences([]string{"registry.example/app:1", "registry.example/app:" + tag})
		if refused := fault.IsRequest(err) && len(fault.Hints(err)) == 1; refused != want || !want && err != nil {
			t.Errorf("ParseReferences(%s) = %v, want a wrong request: %t", tag, err, want)
		}
	}
}
