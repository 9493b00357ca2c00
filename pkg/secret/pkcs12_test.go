package secret

import (
	"encoding/asn1"
	"testing"
)

// pkcs12 is a PKCS #12 file of parts.
func pkcs12(t *testing.T, parts ...contentInfo) []byte {
	t.Helper()
	return marshal(t, struct {
		Version int
		Safe    contentInfo
	}{3, plainPart(t, parts)})
}

// plainPart is a part that is not encrypted.
func plainPart(t *testing.T, content any) contentInfo {
	t.Helper()
	return contentInfo{plainData, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: marshal(t, marshal(t, content))}}
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	raw, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestHasOnlyCertificates(t *testing.T) {
	t.Parallel()
	type bag struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	bags := func(kinds ...int) []bag {
		var out []bag
		for _, k := range kinds {
			out = append(out, bag{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, k}, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: marshal(t, []int{1})}})
		}
		return out
	}
	encrypted := contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: marshal(t, []int{1})}}
	certificates := pkcs12(t, plainPart(t, bags(3, 3)), plainPart(t, bags(3, 4)))
	tests := []struct {
		name string
		raw  []byte
		want bool
	}{
		{"certificates", certificates, true},
		{"a key", pkcs12(t, plainPart(t, bags(3)), plainPart(t, bags(3, 1))), false},
		{"a key with a passphrase", pkcs12(t, plainPart(t, bags(2))), false},
		{"a secret", pkcs12(t, plainPart(t, bags(5))), false},
		{"bags in a bag", pkcs12(t, plainPart(t, bags(6))), false},
		{"certificates, and what is encrypted", pkcs12(t, plainPart(t, bags(3)), encrypted), false},
		{"encrypted", pkcs12(t, encrypted), false},
		{"cut off", certificates[:len(certificates)-1], false},
		{"with more behind it", append(certificates[:len(certificates):len(certificates)], 0), false},
		{"parts that are none", pkcs12(t, plainPart(t, 1)), false},
		{"no file", []byte("\x30\x03\x02\x01\x03"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := hasOnlyCertificates(tt.raw); got != tt.want {
				t.Errorf("hasOnlyCertificates() = %t, want %t", got, tt.want)
			}
			if got := len(keyStore(string(tt.raw))) == 0; got != (tt.want || !isPKCS12(tt.raw)) {
				t.Errorf("keyStore() finds no key: %t, want %t", got, tt.want)
			}
		})
	}
}
