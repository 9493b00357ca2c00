package attesttest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// Certificate is what a certificate says.
type Certificate struct {
	Name        string
	From, Until time.Time
	ForServers  bool // and not for signing code
}

// SelfSigned writes it in PEM, signed by the key that it is about, as the Notary Project takes it ("Certificate requirements").
func (c Certificate) SelfSigned(key crypto.Signer) ([]byte, error) {
	usage := x509.ExtKeyUsageCodeSigning
	if c.ForServers {
		usage = x509.ExtKeyUsageServerAuth
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: c.From, NotAfter: c.Until,
		Subject:  pkix.Name{Country: []string{"XX"}, Province: []string{"none"}, Organization: []string{"Layergate"}, CommonName: c.Name},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
