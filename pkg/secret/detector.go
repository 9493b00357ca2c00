package secret

import "sync"

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

// builtIn are the rules of this program.
var builtIn = sync.OnceValue(newDetector)

// format changes whenever what is looked for besides gitleaks' rules changes.
const format = "2"

// Version names what is looked for: what was found by another version may be too little.
func Version() string { return format + " " + gitleaksDigest }

// newDetector has all rules.
func newDetector() *detector {
	d := &detector{}
	own := ownRules()
	for _, r := range own {
		r.anchor()
	}
	d.index(append(own, gitleaksRules()...))
	return d
}

// index makes the automaton of the rules' keywords.
func (d *detector) index(list []*rule) {
	at := map[string]int{}
	var words []string
	for _, r := range list {
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

// ownRules are for private keys, and for tokens that gitleaks does not know.
func ownRules() []*rule {
	return []*rule{
		{id: "private-key", keywords: []string{"-----begin "}, special: keyAt},
		{id: "putty-key", keywords: []string{"putty-user-key-file-"}, special: puttyAt},
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
	d.find(text, where, func(_ int, m match, ok bool) bool {
		if ok {
			out = append(out, m)
		}
		return true
	})
	return apart(out)
}

// find calls looked for each place of a text where a token or a private key may be, with whether there is one, until that
// returns false. at is where its keyword begins.
func (d *detector) find(text []byte, where place, looked func(at int, m match, ok bool) bool) {
	d.keywords.find(text, func(word int32, end int) bool {
		at := end - d.lengths[word]
		for _, r := range d.rules[word] {
			if r.command && where != written || r.named && where == binaryFile || !r.mayBegin(text, at) {
				continue
			}
			if m, ok := r.at(text, at); !looked(at, m, ok) {
				return false
			}
		}
		return true
	})
}
