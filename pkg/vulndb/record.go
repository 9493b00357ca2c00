package vulndb

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/installation"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/redact"
)

// record is what a cached database's import metadata says of its origin. Whoever can write to the cache can write it, so it
// only counts where the update server agrees, or cannot be asked.
type record struct {
	source   string // as it may be shown
	address  string // of the archive, without its query; empty where it was not downloaded
	checksum string // of the archive; empty where that is not known
}

// imported is the source that grype writes down for a database that a person imported.
const imported = "manual import"

// checksumParameter is where grype writes the archive's checksum in the address that it keeps.
const checksumParameter = "checksum"

// readRecord reads what is written beside the database in a cache. Where nothing is, the record is empty.
func readRecord(settings installation.Config) record {
	return readRecordIn(settings.DBDirectoryPath())
}

func readRecordIn(dir string) record {
	meta, err := v6.ReadImportMetadata(afero.NewOsFs(), dir)
	if err != nil {
		return record{}
	}
	return parseRecord(meta.Source)
}

func parseRecord(source string) record {
	r := record{source: redact.URL(source)} // another client may have written down a password
	if u, err := url.Parse(source); err == nil && u.Host != "" {
		r.address, r.checksum = r.source, u.Query().Get(checksumParameter)
	}
	return r
}

// imported tells whether a person imported the database.
func (r record) imported() bool { return r.source == imported }

// of tells whether the database says that it is the archive with a checksum.
func (r record) of(checksum string) bool { return r.checksum != "" && r.checksum == checksum }

// from tells whether the database says that it came from the update server with this document, and as which archive.
func (r record) from(latest *url.URL) bool {
	directory := *latest
	directory.Path, directory.RawPath = path.Dir(directory.Path), ""
	return r.checksum != "" && strings.HasPrefix(r.address, strings.TrimSuffix(redact.URL(directory.String()), "/")+"/")
}

// archive is the archive that the database says it is.
func (r record) archive() Archive {
	u, err := url.Parse(r.address)
	if err != nil {
		return Archive{}
	}
	return Archive{Name: path.Base(u.Path), SHA256: r.checksum}
}

// String names the source.
func (r record) String() string {
	if r.source == "" {
		return "an unknown source"
	}
	return fmt.Sprintf("%q", r.source)
}

// lastCheckFile is where grype writes down when it asked the update server last.
const lastCheckFile = "last_update_check"

// checkDirectory tells what is wrong with the files of a cached database before anything opens one: links could lead anywhere,
// a pipe would block, and SQLite would read a journal that no checksum covers. A directory that is not there is fine.
func checkDirectory(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("its directory is a link or a file")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	limits := map[string]int64{v6.VulnerabilityDBFileName: 2 * maxDatabase, v6.ImportMetadataFileName: maxMetadata, lastCheckFile: maxMetadata}
	for _, e := range entries {
		limit, known := limits[e.Name()]
		if strings.HasPrefix(e.Name(), v6.VulnerabilityDBFileName+"-") {
			return fmt.Errorf("there is a journal beside it, %q", e.Name())
		}
		if !known {
			continue // nothing opens it
		}
		info, err := os.Lstat(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Size() > limit {
			return fmt.Errorf("%s is not a regular file of at most %d bytes", e.Name(), limit)
		}
	}
	return nil
}
