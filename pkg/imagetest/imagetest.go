// Package imagetest builds real container images out of files, without Docker, in every format that Layergate reads. It
// is for tests and examples. The same input gives the same bytes.
package imagetest

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compression is how a layer or an archive is stored.
type Compression string

// The compressions of images.
const (
	None Compression = ""
	Gzip Compression = "gzip"
	Zstd Compression = "zstd"
)

// File is an entry of a layer's tar. The zero Type is a regular file with Body as its content.
type File struct {
	Name string
	Body string
	Link string // target of a symlink or hard link
	Type byte   // tar.TypeDir, tar.TypeSymlink, …
	Mode int64  // 0 means 0644, or 0755 for a directory
	UID  int
	GID  int
	PAX  map[string]string
}

// Layer is one layer of an image.
type Layer struct {
	Files     []File
	CreatedBy string
	Empty     bool   // only an entry of the history, which makes no layer
	Raw       []byte // the uncompressed tar, instead of Files
	Compression
}

// Image is an image of one platform.
type Image struct {
	Layers   []Layer
	Platform string // linux/amd64 where empty
	Created  time.Time
	// Config is what a container runs with; nil stands for one that rules about images have nothing against.
	Config *v1.Config
	// Fields are others of the configuration, such as those that only some builders write.
	Fields map[string]any
}

// WellKept is a configuration that rules about images have nothing against: a user that is not root, by its number, and a
// health check.
func WellKept() v1.Config {
	return v1.Config{User: "65532:65532", Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "/healthy"}}}
}

// built is an image's parts, as they are stored.
type built struct {
	config   []byte
	platform v1.Platform
	plain    [][]byte // uncompressed layers
	stored   [][]byte
	types    []types.MediaType
}

// Tar writes files as a layer's tar. All times are the epoch, so that the bytes depend on the files only.
func Tar(files []File) ([]byte, error) {
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for _, f := range files {
		h := &tar.Header{
			Name: f.Name, Linkname: f.Link, Typeflag: f.Type, Mode: f.Mode, Uid: f.UID, Gid: f.GID,
			ModTime: time.Unix(0, 0), Format: tar.FormatPAX, PAXRecords: f.PAX,
		}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(f.Body))
		}
		if h.Mode == 0 {
			h.Mode = 0o644
			if h.Typeflag == tar.TypeDir {
				h.Mode = 0o755
			}
		}
		if err := tw.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.Name, err)
		}
		if _, err := io.WriteString(tw, f.Body[:h.Size]); err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.Name, err)
		}
	}
	if err := tw.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Compress compresses data; the same data gives the same bytes.
func Compress(data []byte, c Compression) ([]byte, error) {
	var buf bytes.Buffer
	var w io.WriteCloser
	switch c {
	case None:
		return data, nil
	case Gzip:
		w = gzip.NewWriter(&buf)
	case Zstd:
		zw, err := zstd.NewWriter(&buf, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		w = zw
	default:
		return nil, fmt.Errorf("unknown compression %q", c)
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func (img Image) build() (built, error) {
	b := built{platform: v1.Platform{OS: "linux", Architecture: "amd64"}}
	if img.Platform != "" {
		p, err := v1.ParsePlatform(img.Platform)
		if err != nil {
			return built{}, err
		}
		b.platform = *p
	}
	runs := WellKept()
	if img.Config != nil {
		runs = *img.Config
	}
	config := v1.ConfigFile{
		OS: b.platform.OS, Architecture: b.platform.Architecture, Variant: b.platform.Variant,
		Created: v1.Time{Time: img.Created}, Config: runs, RootFS: v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{}},
	}
	for _, l := range img.Layers {
		config.History = append(config.History, v1.History{CreatedBy: l.CreatedBy, EmptyLayer: l.Empty})
		if l.Empty {
			continue
		}
		plain := l.Raw
		if plain == nil {
			var err error
			if plain, err = Tar(l.Files); err != nil {
				return built{}, err
			}
		}
		stored, err := Compress(plain, l.Compression)
		if err != nil {
			return built{}, err
		}
		b.plain, b.stored = append(b.plain, plain), append(b.stored, stored)
		b.types = append(b.types, mediaType(l.Compression))
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, Digest(plain))
	}
	var err error
	if b.config, err = json.Marshal(config); err != nil || len(img.Fields) == 0 {
		return b, err
	}
	all := map[string]any{}
	if err := json.Unmarshal(b.config, &all); err != nil {
		return built{}, err
	}
	maps.Copy(all, img.Fields)
	b.config, err = json.Marshal(all)
	return b, err
}

func mediaType(c Compression) types.MediaType {
	switch c {
	case Gzip:
		return types.OCILayer
	case Zstd:
		return types.OCILayerZStd
	}
	return types.OCIUncompressedLayer
}

// Digest is the SHA-256 digest of data.
func Digest(data []byte) v1.Hash {
	sum := sha256.Sum256(data)
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}
}
