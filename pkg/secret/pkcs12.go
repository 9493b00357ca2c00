package secret

import (
	"bytes"
	"encoding/asn1"
)

// contentInfo is a part of a PKCS #12 file, or all of it but for what protects it from change (RFC 5652, section 3).
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

// safeBag is what a part holds one of (RFC 7292, section 4.2).
type safeBag struct {
	Type       asn1.ObjectIdentifier
	Value      asn1.RawValue `asn1:"explicit,tag:0"`
	Attributes asn1.RawValue `asn1:"optional"`
}

// The type of a part that is not encrypted, and those of bags for certificates and lists of revoked ones.
var (
	plainData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	certBag   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	crlBag    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 4}
)

func isPKCS12(raw []byte) bool {
	return isSequence(raw) && bytes.Contains(raw[:min(len(raw), 64)], []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"))
}

// hasOnlyCertificates tells whether a PKCS #12 file is known without its password to have no private key: nothing in it is encrypted, and all of it are
// certificates. What does not parse may have a key.
func hasOnlyCertificates(raw []byte) bool {
	var file struct {
		Version int
		Safe    contentInfo
		MAC     asn1.RawValue `asn1:"optional"`
	}
	if rest, err := asn1.Unmarshal(raw, &file); err != nil || len(rest) > 0 {
		return false
	}
	var parts []contentInfo
	if !file.Safe.unpack(&parts) {
		return false
	}
	for _, p := range parts {
		var bags []safeBag
		if !p.unpack(&bags) {
			return false
		}
		for _, b := range bags {
			if !b.Type.Equal(certBag) && !b.Type.Equal(crlBag) {
				return false
			}
		}
	}
	return true
}

// unpack reads what a part holds that is not encrypted.
func (c contentInfo) unpack(to any) bool {
	var inner []byte
	if !c.Type.Equal(plainData) {
		return false
	}
	if _, err := asn1.Unmarshal(c.Content.Bytes, &inner); err != nil {
		return false
	}
	rest, err := asn1.Unmarshal(inner, to)
	return err == nil && len(rest) == 0
}
