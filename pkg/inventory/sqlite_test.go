package inventory

import "testing"

// SQLite takes what stands behind file:// for a host, so that a drive must not stand there.
func TestFileURL(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/tmp/layergate-sqlite-1/db":         "file:///tmp/layergate-sqlite-1/db",
		"C:/Users/agent/Temp/a b#c?d%/db":    "file:///C:/Users/agent/Temp/a%20b%23c%3Fd%25/db",
		"/tmp/with spaces and ?query=x#y/db": "file:///tmp/with%20spaces%20and%20%3Fquery=x%23y/db",
	} {
		if got := fileURL(path); got != want {
			t.Errorf("fileURL(%s) = %s, want %s", path, got, want)
		}
	}
}
