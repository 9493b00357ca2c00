package attest

import (
	"bytes"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/policy"
)

// Replaced finds, among statements that are attached to an image, those whose place a new verdict of the gate takes: its verdicts of an earlier
// time, by the same key and about the same image in the same repository, and the statements by that key that they name as their input
// and no other statement names. What anybody else signed, for another verifier or about another repository, is none of them. It returns
// where they stand in the list, in order.
func Replaced(key policy.Key, img Image, by time.Time, attached []Attachment) []int {
	keys := NewKeys(key)
	goes, inputs := make([]bool, len(attached)), map[string]bool{}
	for i, a := range attached {
		s, err := readAbout(of(policy.ByVerdict), img, a, keys)
		if err != nil {
			continue
		}
		v, err := s.verdict()
		if err != nil || !signedOnce(a) || v.clears(GateVerifier, img.Name) != nil || !v.TimeVerified.Before(by) {
			continue
		}
		goes[i] = true
		for _, r := range v.InputAttestations {
			inputs[r.Digest.String()] = true
		}
	}
	stays := payloads(attached, goes)
	var out []int
	for i, a := range attached {
		if !goes[i] {
			digest := DigestOf(a.Body).String()
			_, err := readAbout(func(string) bool { return true }, img, a, keys)
			goes[i] = err == nil && signedOnce(a) && inputs[digest] && !names(stays, digest)
		}
		if goes[i] {
			out = append(out, i)
		}
	}
	return out
}

// signedOnce tells whether nobody else has signed an attachment as well.
func signedOnce(a Attachment) bool {
	e, _ := Open(a.Body, nil)
	return e.Signatures == 1
}

// payloads are what the statements say that stay, whoever signed them.
func payloads(attached []Attachment, goes []bool) [][]byte {
	var out [][]byte
	for i, a := range attached {
		if !goes[i] {
			e, _ := Open(a.Body, nil)
			out = append(out, e.Payload)
		}
	}
	return out
}

// names tells whether a digest stands anywhere in one of some statements.
func names(statements [][]byte, digest string) bool {
	hex := []byte(strings.TrimPrefix(digest, "sha256:"))
	for _, s := range statements {
		if bytes.Contains(s, hex) {
			return true
		}
	}
	return false
}
