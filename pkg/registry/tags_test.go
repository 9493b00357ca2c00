package registry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A repository that is not there is one whose name to check, and no copy that is incomplete.
func TestTagsOfNoRepository(t *testing.T) {
	t.Parallel()
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Tags(context.Background(), server.Host+"/team/ap")
	if err == nil || !strings.Contains(err.Error(), "has no repository team/ap (404") {
		t.Errorf("Tags() = %v, want that there is no such repository", err)
	}
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "check its name") {
		t.Errorf("Hints() = %q, want to check the name", hints)
	}
}
