package forgetest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// StorageRecord is one that the organization team was told of.
type StorageRecord struct {
	Name, Digest, Version, Repository, Status, Path string
	ArtifactURL                                     string `json:"artifact_url"`
	RegistryURL                                     string `json:"registry_url"`
	GitHubRepository                                string `json:"github_repository"`
}

// StorageRecords are those that the server was sent.
func (s *Server) StorageRecords() []StorageRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

// recordDigest is the form of digests in records.
var recordDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// handleStorage plays the API about where artifacts of an organization are stored. An image whose provenance GitHub does not know, as none
// is known here, needs the name of a repository of the organization.
func (s *Server) handleStorage(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v3/repos/team/app", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]any{"name": "app", "owner": map[string]any{"login": "team", "type": "Organization"}})
	})
	mux.HandleFunc("GET /api/v3/repos/octocat/app", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]any{"name": "app", "owner": map[string]any{"login": "octocat", "type": "User"}})
	})
	mux.HandleFunc("POST /api/v3/orgs/team/artifacts/metadata/storage-record", func(w http.ResponseWriter, r *http.Request) {
		var record StorageRecord
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		statuses := []string{"", "active", "eol", "deleted"}
		switch err := d.Decode(&record); {
		case err != nil, record.Name == "", !recordDigest.MatchString(record.Digest), !strings.HasPrefix(record.RegistryURL, "https://"), !slices.Contains(statuses, record.Status):
			http.Error(w, `{"message": "Invalid request."}`, http.StatusUnprocessableEntity)
			return
		case record.GitHubRepository != "app":
			http.Error(w, `{"message": "no artifacts found"}`, http.StatusNotFound)
			return
		}
		s.records = append(s.records, record)
		write(w, http.StatusOK, map[string]any{"total_count": 1, "storage_records": []any{map[string]any{"id": len(s.records), "digest": record.Digest}}})
	})
}
