package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/regular"
)

// maxKey is how many bytes a key may have.
const maxKey = 64 << 10

// fromVariable begins the name of an environment variable that holds a key, as cosign spells it.
const fromVariable = "env://"

// vaultKey begins the place of a key in Azure Key Vault, as cosign spells it: azurekms://HOST/KEY, with its version behind a slash.
const vaultKey = "azurekms://"

// attachments are what the inputs want to have attached to a pushed image; nil for nothing. The verdict is attached wherever there is a key,
// but not on a pull request that nobody asked to attach anything: who can change what is judged should not get it signed by the way.
func (c *command) attachments(ctx context.Context, in *input.Values, connections []ci.ServiceConnection) (*gate.Attachments, error) {
	kinds, err := attachmentKinds(in)
	if err != nil {
		return nil, err
	}
	key, certificate := in.String("sign-key"), in.String("sign-certificate")
	if key == "" && certificate != "" {
		return nil, fault.Request(fmt.Errorf("%s needs the key that the certificate is about", in.Spell("sign-certificate")), fault.Hintf("name it with %s", fault.Input("sign-key")))
	}
	if len(kinds) == 0 && key != "" {
		change, err := c.platform.Change()
		if err != nil {
			return nil, err
		}
		if change != nil {
			ci.Warn(c.platform, fmt.Sprintf("no verdict is signed on a pull request; where one is wanted, set %s to %s", in.Spell("attach"), gate.AttachVerdict))
			return nil, nil
		}
		kinds = []gate.AttachmentKind{gate.AttachVerdict}
		if certificate != "" {
			kinds = append(kinds, gate.AttachNotation)
		}
	}
	replace, err := in.Bool("attach-replace")
	if err != nil {
		return nil, err
	}
	if replace && !slices.Contains(kinds, gate.AttachVerdict) {
		return nil, fault.Request(fmt.Errorf("%s puts a new verdict in the place of earlier ones, and none is attached", in.Spell("attach-replace")),
			fault.Hintf("name the key that signs it with %s, and %s in %s where that is set", fault.Input("sign-key"), gate.AttachVerdict, fault.Input("attach")))
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	if key != "" && !slices.Contains(kinds, gate.AttachVerdict) && !slices.Contains(kinds, gate.AttachNotation) {
		ci.Warn(c.platform, fmt.Sprintf("no verdict is attached, and layergate verify finds none: %s names others than %s", in.Spell("attach"), gate.AttachVerdict))
	}
	out := &gate.Attachments{Kinds: kinds, Replace: replace}
	signs := slices.ContainsFunc(kinds, func(k gate.AttachmentKind) bool { return k != gate.AttachSARIF })
	switch {
	case signs && key == "":
		return nil, fault.Request(fmt.Errorf("%s needs a key to sign with", in.Spell("attach")), fault.Hintf("name it with %s; only %s is attached unsigned", fault.Input("sign-key"), gate.AttachSARIF))
	case signs:
		out.Signer, err = c.signer(ctx, in, key, connections)
	}
	if err == nil && slices.Contains(kinds, gate.AttachNotation) {
		out.Notation, err = c.notation(in, out.Signer)
	}
	return out, err
}

// notation reads the certificates with which the Notary Project's signatures are made.
func (c *command) notation(in *input.Values, signer *attest.Signer) (*attest.Notation, error) {
	const form = "name a file with certificates in PEM, that of the key first and its root last, or env://NAME for the variable that holds them"
	spelled, named := in.Spell("sign-certificate"), in.String("sign-certificate")
	if named == "" {
		return nil, fault.Request(fmt.Errorf("%s names %s, which needs the certificate of the key", in.Spell("attach"), gate.AttachNotation), fault.Hintf("name it with %s", fault.Input("sign-certificate")))
	}
	raw, err := c.readKey(named)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", spelled, err), form)
	}
	out, err := attest.NewNotation(signer, raw, time.Now())
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", spelled, err), form)
	}
	return out, nil
}

// attachmentKinds are the kinds that the input attach names, each once.
func attachmentKinds(in *input.Values) ([]gate.AttachmentKind, error) {
	var valid []string
	for _, k := range gate.AttachmentKinds() {
		valid = append(valid, string(k))
	}
	var out []gate.AttachmentKind
	for _, word := range in.List("attach") {
		if !slices.Contains(valid, word) {
			return nil, fault.Request(fmt.Errorf("%s knows no %q", in.Spell("attach"), word), fault.OneOf(word, valid))
		}
		if k := gate.AttachmentKind(word); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out, nil
}

// signer reads the key that the input sign-key names. No message shows anything of it.
func (c *command) signer(ctx context.Context, in *input.Values, named string, connections []ci.ServiceConnection) (*attest.Signer, error) {
	spelled := in.Spell("sign-key")
	if place, ok := strings.CutPrefix(named, vaultKey); ok {
		return c.vaultSigner(ctx, in, place, connections)
	}
	if strings.HasPrefix(strings.TrimSpace(named), "-----BEGIN") {
		return nil, fault.Request(fmt.Errorf("%s holds a key, and not where it is", spelled), "put the key into an environment variable of the step, such as SIGN_KEY, and write env://SIGN_KEY")
	}
	raw, err := c.readKey(named)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", spelled, err), "name a file with a private key in PEM, env://NAME for the variable that holds it, or azurekms://VAULT.vault.azure.net/KEY")
	}
	signer, err := attest.ParseSigner(raw, []byte(in.String("sign-key-password")))
	switch {
	case errors.Is(err, attest.ErrPassword):
		return nil, fault.Request(fmt.Errorf("%s, %s: %w", spelled, named, err), fault.Hintf("give the password in %s, or in COSIGN_PASSWORD on a terminal", fault.Input("sign-key-password")))
	case err != nil:
		return nil, fault.Request(fmt.Errorf("%s, %s: %w", spelled, named, err), "make a key with cosign generate-key-pair, or with openssl ecparam -name prime256v1 -genkey -noout -out gate.key")
	}
	return signer, nil
}

// vaultSigner signs with a key in Azure Key Vault, by the identity of Entra that logs in to registries.
func (c *command) vaultSigner(ctx context.Context, in *input.Values, place string, connections []ci.ServiceConnection) (*attest.Signer, error) {
	parts := strings.Split(place, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") || !entra.IsVault(parts[0]) {
		return nil, fault.Request(fmt.Errorf("%s %s names no key in Azure Key Vault", in.Spell("sign-key"), vaultKey+place), "write azurekms://VAULT.vault.azure.net/KEY, with /VERSION where it has to be that one")
	}
	outside, err := c.outside(in)
	if err != nil {
		return nil, err
	}
	directory, err := c.directory(in, connections, outside)
	if err == nil && directory == nil {
		err = entra.ErrNone
	}
	if err != nil {
		return nil, noIdentity(err)
	}
	key, err := directory.VaultKey(ctx, parts[0], parts[1], strings.Join(parts[2:], ""))
	if err != nil {
		return nil, noIdentity(err)
	}
	signer, err := attest.NewSigner(key.Public(), key.Sign)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the key %s: %w", place, err), "make one with az keyvault key create --kty EC --curve P-256")
	}
	return signer, nil
}

// noIdentity adds the way out to the error that nobody is there to ask a vault.
func noIdentity(err error) error {
	if !errors.Is(err, entra.ErrNone) {
		return fmt.Errorf("the signing key: %w", err)
	}
	return fault.WithHint(fmt.Errorf("the signing key is in Azure Key Vault: %w", err),
		fault.Hintf("name one with %s or a service connection for Azure Resource Manager, or sign with a file", fault.Input("azure-identity")))
}

// environmentName is how the names of environment variables are written (POSIX.1-2017, "Environment Variable Definition").
var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

// readKey reads the text of a key from a file or an environment variable. Its errors do not repeat the name: somebody may have written
// the key itself there.
func (c *command) readKey(named string) ([]byte, error) {
	variable, ok := strings.CutPrefix(named, fromVariable)
	if !ok {
		raw, err := regular.ReadNamed(rootOf(), named, maxKey)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, errors.New("it names a file that does not exist")
		case err != nil:
			return nil, errors.New("it names no file that can be read")
		}
		return raw, nil
	}
	if !environmentName.MatchString(variable) {
		return nil, errors.New("what follows env:// is no name of an environment variable")
	}
	value := c.env.Named(variable)
	if value == "" {
		return nil, errors.New("the environment variable that it names is not set, or empty")
	}
	c.platform.Mask(value)
	return []byte(withLines(value)), nil
}

// withLines is a key whose lines end as they should. Secrets on one line, as JSON and some settings hold them, have \n in their place; no PEM
// has a backslash of its own.
func withLines(pem string) string {
	return strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", "\r\n", "\n").Replace(pem)
}
