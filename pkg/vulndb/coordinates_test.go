package vulndb_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The packages of Maven are those of the database and of own advisories, each once, and none of other ecosystems.
func TestCoordinates(t *testing.T) {
	t.Parallel()
	const affected = `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}`
	db := withOwn(t, `{"id":"OWN-1","affected":[{"package":{"ecosystem":"Maven","name":"org.b:b"},`+affected+`,{"package":{"ecosystem":"Maven","name":"a:a"},`+affected+`,{"package":{"ecosystem":"npm","name":"c:c"},`+affected+`]}`)
	for range 2 { // the second time it is remembered
		got, err := db.Coordinates(t.Context())
		if diff := cmp.Diff([]string{"a:a", "org.b:b"}, got); diff != "" || err != nil {
			t.Errorf("Coordinates() = %v (-want +got):\n%s", err, diff)
		}
	}
	maven := covering(t, "Maven", "npm")
	if got, err := maven.Coordinates(t.Context()); len(got) != 1 || got[0] != "a" || err != nil {
		t.Errorf("Coordinates() without own advisories = %q, %v, want a", got, err)
	}
}
