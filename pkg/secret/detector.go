package secret

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
	"github.com/zricethezav/gitleaks/v8/config"
)

// place says where a text is from, and which rules hold there.
type place int

const (
	// written is a text that somebody wrote for a builder or an orchestrator: an instruction, a variable.
	written place = iota
	// textFile is a file without null bytes.
	textFile
	// binaryFile is a file with null bytes, in which only tokens that are known by their own form are looked for.
	binaryFile
)

// detector has gitleaks' rules and those of this package behind one automaton for all their keywords.
type detector struct {
	keywords *automaton
	lengths  []int     // of each keyword
	rules    [][]*rule // of each keyword
}

// builtIn are the rules of this program. Reading them takes longer than a small image does.
var builtIn = sync.OnceValue(func() *detector { return newDetector(config.DefaultConfig) })

// Prepare reads the rules, which the first text or file that is looked at waits for otherwise.
func Prepare() { builtIn() }

// version is that of the rules, which need not be read for it.
var version = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(format + config.DefaultConfig))
	return hex.EncodeToString(sum[:8])
})

// format changes whenever what is looked for besides gitleaks' rules changes.
const format = "9"

// Version names what is looked for: what was found by another version may be too little.
func Version() string { return version() }

// gitleaksRules is what is used of gitleaks' configuration (its documentation, "Configuration").
type gitleaksRules struct {
	Rules []struct {
		ID          string
		Regex       string
		SecretGroup int
		Entropy     float64
		Keywords    []string
		Path        string
		Allowlists  []struct {
			Paths, Regexes, StopWords []string
			RegexTarget               string
		}
	}
}

// newDetector reads gitleaks' rules. They are a part of the program, so that it panics where they cannot be read.
func newDetector(rules string) *detector {
	var from gitleaksRules
	if err := toml.Unmarshal([]byte(rules), &from); err != nil {
		panic(fmt.Sprintf("secret: reading the rules of gitleaks: %v", err))
	}
	list := append(ownRules(), vendorRules()...)
	for _, g := range from.Rules {
		if passedOver(g.ID) {
			continue
		}
		r := &rule{id: g.ID, typ: "what gitleaks calls " + g.ID, pattern: g.Regex, group: g.SecretGroup, entropy: g.Entropy}
		r.named = strings.Contains(g.Regex, `(?:=|>|:{1,3}=|`)
		r.command = strings.HasPrefix(g.ID, "curl-")
		for _, k := range g.Keywords {
			r.keywords = append(r.keywords, strings.ToLower(k))
		}
		for _, a := range g.Allowlists {
			r.allow = append(r.allow, allowance{onMatch: a.RegexTarget == "match", patterns: a.Regexes, words: a.StopWords})
		}
		adapt(r)
		list = append(list, r)
	}
	d := &detector{}
	d.index(list)
	return d
}

// index makes the automaton of the rules' keywords.
func (d *detector) index(list []*rule) {
	at := map[string]int{}
	var words []string
	for _, r := range list {
		r.anchor()
		for _, k := range r.keywords {
			i, ok := at[k]
			if !ok {
				i = len(words)
				at[k] = i
				words, d.lengths, d.rules = append(words, k), append(d.lengths, len(k)), append(d.rules, nil)
			}
			d.rules[i] = append(d.rules[i], r)
		}
	}
	d.keywords = newAutomaton(words)
}

// passedOver tells which rules of gitleaks are not used.
func passedOver(id string) bool {
	switch id {
	case "generic-api-key", "kubernetes-secret-yaml", "freemius-secret-key", "nuget-config-password", "hashicorp-tf-password":
		return true // outside of a repository of code they mostly find what is no secret
	case "private-key", "pkcs12-file", "jwt-base64", "sidekiq-sensitive-url":
		return true // keys and addresses are looked for by this package itself, and closer
	}
	// Identifiers are no secrets.
	return slices.ContainsFunc([]string{"-client-id", "-access-id", "-api-id", "-pub-key", "-public-key", "-pub-api-key", "-browser-api-token", "-access-key-id"},
		func(ending string) bool { return strings.HasSuffix(id, ending) })
}

// adapt makes rules of gitleaks find less of what is no secret. They are made for code, where a word such as sourcegraph or
// s. says more than in all files of a system.
func adapt(r *rule) {
	switch r.id {
	case "jwt":
		r.keywords = []string{"eyj"} // {" in base64
		r.pattern = strings.Replace(r.pattern, `(ey[`, `(eyJ[`, 1)
	case "vault-service-token":
		r.keywords = []string{"hvs."}
		r.pattern = `\b(hvs\.[\w-]{90,120})`
	case "lob-api-key":
		r.keywords = []string{"live_", "test_"}
		r.pattern = `\b((?:live|test)_[a-f0-9]{35})\b`
	case "azure-ad-client-secret":
		r.size = 42 // random bytes have its keyword of two characters often, and an expression takes long for all that it is given
	case "aws-amazon-bedrock-api-key-short-lived":
		r.pattern += `[A-Za-z0-9+/=]{64,}` // a signed request; without one it is the rule of a scanner, such as this program
	case "square-access-token":
		r.pattern = `\b(EAAA[\w-]{60}|sq0atp-[\w-]{22,60})(?:[\x60'"\s;]|\\[nr]|$)` // a shorter one is in any base64 text
	case "sourcegraph-access-token":
		r.keywords = []string{"sgp_"}
		r.pattern = `\b(sgp_(?:[a-fA-F0-9]{16}|local)_[a-fA-F0-9]{40}|sgp_[a-fA-F0-9]{40})\b`
	}
}

// ownRules are for private keys, and for tokens that gitleaks does not know.
func ownRules() []*rule {
	return []*rule{
		{id: "private-key", keywords: []string{"-----begin "}, special: keyAt},
		{id: "encoded-private-key", keywords: []string{"ls0tls1crudjti"}, special: encodedKeyAt}, // -----BEGIN in base64
		{id: "putty-key", keywords: []string{"putty-user-key-file-"}, special: puttyAt},
		{id: "json-web-key", keywords: []string{`"kty`}, special: jwkAt},
		{id: "azure-storage-key", typ: "an Azure storage account key", keywords: []string{"accountkey="}, pattern: `(?i)AccountKey=([A-Za-z0-9+/]{86}==)`},
		{id: "azure-shared-access-key", typ: "an Azure shared access key", keywords: []string{"sharedaccesskey="}, pattern: `(?i)SharedAccessKey=([A-Za-z0-9+/]{43}=)`},
		{id: "azure-sas", typ: "an Azure shared access signature", keywords: []string{"sig="}, pattern: `sig=([A-Za-z0-9%+/]{43,53}(?:%3[Dd]|=))(?:[&"'\s]|$)`},
		{id: "azure-devops-token", typ: "an Azure DevOps personal access token", keywords: []string{"azdo"}, pattern: `\b([A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})\b`},
		{id: "docker-token", typ: "a Docker Hub access token", keywords: []string{"dckr_"}, pattern: `\b(dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32})\b`},
		{id: "gcp-oauth-secret", typ: "a Google OAuth client secret", keywords: []string{"gocspx-"}, pattern: `\b(GOCSPX-[A-Za-z0-9_-]{28})`},
		{id: "aws-secret-key", typ: "an AWS secret access key", keywords: []string{"aws_secret", "awssecret", "secret_access_key", "secretaccesskey"}, named: true,
			pattern: `(?i:(?:aws_?secret(?:_?access)?_?key|secret_?access_?key))['"]?\s{0,5}(?:=|:|=>)\s{0,5}['"]?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`, entropy: 3.5},
	}
}

// tokens lists the tokens and private keys in a text.
func (d *detector) tokens(text []byte, where place) []match {
	var out []match
	d.find(text, where, 0, len(text), func(m match, ok bool) bool {
		if ok {
			out = append(out, m)
		}
		return true
	})
	return apart(out)
}

// find calls looked for each place of a text where a token or a private key may be whose keyword begins between two bytes, with whether
// there is one, until that returns false.
func (d *detector) find(text []byte, where place, from, until int, looked func(m match, ok bool) bool) {
	d.keywords.find(text, func(word int32, end int) bool {
		at := end - d.lengths[word]
		if at < from || at >= until {
			return true
		}
		for _, r := range d.rules[word] {
			if r.command && where != written || r.named && where == binaryFile || !r.mayBegin(text, at) {
				continue
			}
			if m, ok := r.at(text, at); !looked(m, ok) {
				return false
			}
		}
		return true
	})
}
