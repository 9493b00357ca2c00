package inventory

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"

	"github.com/layergate/layergate/pkg/layerfs"
)

// HasDigest tells whether a file has the content whose digest a package database writes down, with the name that syft gives the algorithm. It
// is not known where there is no digest, or where it is of an algorithm that no database is known to use.
func HasDigest(v layerfs.View, f layerfs.File, algorithm, digest string) (same, known bool, err error) {
	h, encode := digester(algorithm)
	if h == nil || digest == "" {
		return false, false, nil
	}
	if f.Type != layerfs.Regular {
		return false, true, nil
	}
	sum, err := v.Sum(f, algorithm, h)
	return err == nil && encode(sum) == digest, true, err
}

// digester makes digests as package databases write them; nil for an algorithm that none is known to use.
func digester(algorithm string) (hash.Hash, func([]byte) string) {
	switch algorithm {
	case "md5":
		return md5.New(), hex.EncodeToString
	case "sha1":
		return sha1.New(), hex.EncodeToString
	case "sha256":
		return sha256.New(), hex.EncodeToString
	case "sha512":
		return sha512.New(), hex.EncodeToString
	case "'Q1'+base64(sha1)": // apk's
		return sha1.New(), func(sum []byte) string { return "Q1" + base64.StdEncoding.EncodeToString(sum) }
	}
	return nil, nil
}
