package vulndb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/installation"
	"github.com/spf13/afero"
)

// proof is the checksum of a database's file that has the one written beside it, and which file that was.
type proof struct {
	checksum string
	file     fs.FileInfo
}

// of tells whether the proof is that of a file as it is now.
func (p proof) of(file fs.FileInfo) bool {
	return p.file != nil && os.SameFile(p.file, file) && p.file.Size() == file.Size() && p.file.ModTime().Equal(file.ModTime())
}

// prove reads when the database that grype's curator keeps was built, and holds the file against its checksum: once in a run, as long as
// nobody puts another in its place. The curator's own status takes the checksum each time that it is asked, and so does its reader.
func (s *candidate) prove(settings installation.Config) (built time.Time, err error) {
	description, err := v6.ReadDescription(settings.DBFilePath())
	if err != nil {
		return time.Time{}, err
	}
	file, err := os.Stat(settings.DBFilePath())
	if err != nil {
		return time.Time{}, err
	}
	if !s.proof.of(file) {
		sum, proven, err := compareChecksum(settings.DBFilePath())
		if err == nil && !proven {
			err = errors.New("its checksum is missing")
		}
		if err != nil {
			return time.Time{}, err
		}
		s.proof = proof{sum, file}
	}
	return description.Built.Time, nil
}

// openInstalled opens the database that grype's curator keeps, and reads which it is.
func (s *candidate) openInstalled(settings installation.Config, curator v6.Curator, from string) (err error) {
	s.dir, s.from = settings.DBDirectoryPath(), from
	if s.reader, err = readInstalled(settings, curator); err != nil {
		return damaged(settings.DBFilePath(), err)
	}
	// Making the indexes of an older client's import changes the file, so it is proven after the reader is open.
	if _, err := s.prove(settings); err != nil {
		return damaged(settings.DBFilePath(), err)
	}
	s.checksum = s.proof.checksum
	meta, err := s.reader.GetDBMetadata()
	if err != nil || meta.BuildTimestamp == nil {
		return damaged(settings.DBFilePath(), errors.Join(errors.New("it has no metadata"), err))
	}
	s.schema = fmt.Sprintf("%d.%d.%d", meta.Model, meta.Revision, meta.Addition)
	s.built = meta.BuildTimestamp.UTC().Round(time.Second)
	return nil
}

// readInstalled opens the reader of a database that this version of grype imported, and leaves one of another to its curator, which makes
// the indexes that it lacks.
func readInstalled(settings installation.Config, curator v6.Curator) (v6.Reader, error) {
	written, err := v6.ReadImportMetadata(afero.NewOsFs(), settings.DBDirectoryPath())
	if err != nil {
		return nil, err
	}
	if written.ClientVersion != fmt.Sprintf("v%d.%d.%d", v6.ModelVersion, v6.Revision, v6.Addition) {
		return curator.Reader()
	}
	return v6.NewReader(v6.Config{DBDirPath: settings.DBDirectoryPath()})
}
