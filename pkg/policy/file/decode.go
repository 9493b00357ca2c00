package file

import (
	"bytes"
	"cmp"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/textfile"
)

// decoder reads a document into Go values by their types alone: a key is a field's name, a word one of those that the
// field takes. It notes on which line each rule stands.
type decoder struct {
	file  string
	raw   []byte
	lines map[string]finding.Location
	// places are where values stand, and the items of lists, by the same names.
	places map[string]*token.Position
}

// Parse reads a policy file's text. The name of the file is that in errors and lines. A file without any rule is the strictest
// policy. What the file extends is not read.
func Parse(name string, raw []byte) (policy.Policy, error) {
	l, err := parseOnto(name, raw, layer{})
	return l.policy(), err
}

// layer is what a policy file says, with what it extends below it.
type layer struct {
	file  string
	doc   document
	lines map[string]finding.Location
	at    *decoder // for errors about the file
}

// parseOnto reads a policy file on top of what it extends: a key replaces the same key below, and lists are joined.
func parseOnto(name string, raw []byte, below layer) (layer, error) {
	l := layer{file: strings.ToValidUTF8(name, "?"), doc: below.doc, lines: maps.Clone(below.lines)}
	if l.lines == nil {
		l.lines = map[string]finding.Location{}
	}
	l.doc.Extends, l.doc.Defaults = "", defaults{} // of a file alone
	l.at = &decoder{file: l.file, raw: raw, lines: l.lines, places: map[string]*token.Position{}}
	err := l.at.parse(&l.doc)
	return l, err
}

func (l layer) policy() policy.Policy {
	p := l.doc.policy()
	p.Source = policy.Source{File: l.file, Lines: maps.Clone(l.lines)}
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		if where, known := l.lines[item("exceptions", i)]; known {
			e.Where = &where
		}
		delete(p.Lines, item("exceptions", i))
	}
	return p
}

func item(list string, i int) string { return list + "." + strconv.Itoa(i) }

func (d *decoder) parse(doc *document) error {
	text, err := textfile.Decode(d.raw)
	if err != nil {
		return fault.Request(&textfile.Error{What: what, File: d.file, Line: 1, Column: 1, Err: err}, "")
	}
	d.raw = text
	if line := notUTF8(text); line > 0 {
		return d.errorAt(&token.Position{Line: line, Column: 1}, "save the file as UTF-8", "the line is not UTF-8")
	}
	if at := bytes.IndexByte(bytes.ReplaceAll(d.raw, []byte("\r\n"), []byte("\n\n")), '\r'); at >= 0 {
		line := 1 + bytes.Count(d.raw[:at], []byte("\n"))
		return d.errorAt(&token.Position{Line: line, Column: 1}, "end lines as all other files do",
			"a carriage return alone ends a line here, which reviewers may not see")
	}
	tokens := lexer.Tokenize(string(withoutVersion(d.raw)))
	if len(tokens) > maxTokens {
		return d.errorAt(tokens[maxTokens].Position, "remove what nobody needs", "the file has more than %d words and signs", maxTokens)
	}
	if at := tooDeep(tokens); at != nil {
		return d.errorAt(at, "", "lists and mappings are nested more than %d deep", maxDepth)
	}
	if at := another(tokens); at != nil {
		return d.errorAt(at, "join the two, or remove one", "a policy file holds one document, and here begins another")
	}
	f, err := parser.Parse(tokens, 0)
	if err != nil {
		return d.syntaxError(err)
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil || f.Docs[0].Body.Type() == ast.CommentType {
		return nil
	}
	if err := d.decode(f.Docs[0].Body, reflect.ValueOf(doc).Elem(), field{}); err != nil {
		return err
	}
	return d.validate(*doc)
}

// version matches the directive that names the version of YAML by which policy files are read, before their document begins (YAML 1.2.2, 6.8.1).
var version = regexp.MustCompile(`^((?:[ \t]*(?:#[^\n]*)?\r?\n)*)%YAML[ \t]+1\.2[ \t]*(?:[ \t]#[^\n]*)?\r?(\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*---\s)`)

// withoutVersion has an empty line in the place of that directive, which the parser takes for a document of its own.
func withoutVersion(text []byte) []byte { return version.ReplaceAll(text, []byte("$1$2")) }

// notUTF8 is the first line that has other bytes than those of UTF-8 (YAML 1.2.2, section 5.2), or 0.
func notUTF8(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if n++; !utf8.Valid(line) {
			return n
		}
	}
	return 0
}

// maxTokens is how many words and signs a policy file may have; one of 2,000 exceptions has about 60,000. The parser's time grows
// with the square of some of them.
const maxTokens = 200_000

// maxDepth is how deep a policy file may nest what needs no indentation: the parser calls itself for each of these, without end,
// and its time grows with the square of the depth.
const maxDepth = 32

// tooDeep is where a file is nested too deep; nil where it is not. What is nested by indentation needs no limit but the
// file's size.
func tooDeep(tokens token.Tokens) *token.Position {
	brackets, unread, inLine, line := 0, 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			inLine, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingValueType:
			if brackets <= 0 {
				inLine++
			}
		case token.AnchorType, token.TagType, token.MappingKeyType, token.MergeKeyType:
			unread++ // no policy has any
		}
		if max(brackets, unread, inLine) > maxDepth {
			return t.Position
		}
	}
	return nil
}

// another is where a second document begins, be it empty; nil where there is none. The parser drops all that follows an empty one.
func another(tokens token.Tokens) *token.Position {
	begun, ended := false, false
	for _, t := range tokens {
		switch {
		case t.Type == token.CommentType:
			continue
		case ended, begun && t.Type == token.DocumentHeaderType:
			return t.Position
		}
		ended = begun && t.Type == token.DocumentEndType
		begun = begun || t.Type != token.DocumentEndType
	}
	return nil
}

// validate checks what a type does not tell.
func (d *decoder) validate(doc document) error {
	for i, t := range doc.VEX.Trust {
		if key, err := t.Problem(); err != nil {
			return d.errorAt(d.placeOf(item("vex.trust", i), key), "write an author, and as the key of those who sign a block that begins with -----BEGIN PUBLIC KEY-----", "the trusted author is not valid: %s", err)
		}
	}
	if key, i, err := doc.AlwaysBlock.Problem(); err != nil {
		hint := "name each identifier; what blocks by its severity is fail-on"
		if key == "packages" {
			hint = packageHint
		}
		return d.errorAt(d.placeOf("always-block."+key, strconv.Itoa(i)), hint, "always-block would never block this: %s", err)
	}
	for i, id := range doc.AlwaysBlock.IDs {
		if hint, ok := ruleOrOther(id); !ok {
			return d.errorAt(d.placeOf("always-block.ids", strconv.Itoa(i)), hint, "always-block would never block this: there is no rule %q", id)
		}
	}
	for i, e := range doc.Exceptions {
		if key, err := e.Problem(); err != nil {
			return d.errorAt(d.placeOf(item("exceptions", i), key), exceptionHint(key), "the exception is not valid: %s", err)
		}
		if hint, ok := ruleOrOther(e.ID); !ok {
			return d.errorAt(d.placeOf(item("exceptions", i), "id"), hint, "the exception is not valid: there is no rule %q", e.ID)
		}
	}
	return cmp.Or(d.validDefaults(doc.Defaults), d.validBases(doc.Bases), d.validAllowedBases(doc.AllowedBases), d.validPatterns("allowed-images", doc.AllowedImages), d.validLabels(doc.Labels), d.validRequire(doc.Require), d.validAttesters(doc.Attesters), d.validLicenses(doc.Licenses))
}

// ruleOrOther tells whether an identifier is that of a rule, or one that is no rule's by its form.
func ruleOrOther(id string) (hint string, ok bool) {
	if id = strings.ToUpper(id); !strings.HasPrefix(id, "LG-") {
		return "", true
	}
	return rules{}.isListed(id)
}

// packageHint says how packages are named.
const packageHint = "write the name of a package, or a package URL such as pkg:npm/lodash or pkg:deb/debian/*?upstream=openssl"

// exceptionHint says what would be right in an exception, where the value of a key is wrong.
func exceptionHint(key string) string {
	switch key {
	case "id":
		return "name one finding by its identifier; what blocks by its severity is fail-on, and rules decide about several checks"
	case "package":
		return packageHint
	case "paths":
		return "write such as /usr/lib/** or **/x.jar"
	}
	return "an exception needs an id, a reason, an owner, and an end: expires: YYYY-MM-DD, until: fixed or both"
}

// placeOf is where the value of a key stands, or else the item that has none.
func (d *decoder) placeOf(item, key string) *token.Position {
	if at, ok := d.places[item+"."+key]; ok {
		return at
	}
	return d.places[item]
}

// field is what is known of a value beside its type.
type field struct {
	path  string // of the rule, such as fail-on.unfixable
	tag   string // of package jsonschema
	named string // the last word of the path
}

// The types of a document may say more about themselves.
type (
	shorthander interface{ shorthand() string }            // the key that a single word stands for
	keyed       interface{ keys() []string }               // a map's keys
	worded      interface{ words() []string }              // the words that a text may be
	patterned   interface{ pattern() (keys, hint string) } // a regular expression for a map's keys, and what they are
	listed      interface {
		isListed(key string) (hint string, ok bool)
	} // whether a key of the pattern is one, and else the nearest
	bounded  interface{ bounds() (least, most float64) }
	refusing interface{ refusal(key string) string } // why a key that could be meant is none; empty for all others
)

func (d *decoder) decode(n ast.Node, into reflect.Value, of field) error {
	if err := d.plain(n, of); err != nil {
		return err
	}
	kind := into.Kind()
	if short, ok := into.Interface().(shorthander); ok && isScalar(n) {
		return d.decodeShort(n, into, of, short.shorthand())
	}
	switch kind {
	case reflect.Struct, reflect.Map:
		return d.decodeMapping(n, into, of)
	case reflect.Slice:
		return d.decodeList(n, into, of)
	case reflect.String:
		return d.decodeText(n, into, of)
	default:
		return d.decodeNumber(n, into, of)
	}
}

// plain refuses what has no value, and what stands for a value that is written elsewhere.
func (d *decoder) plain(n ast.Node, of field) error {
	switch n.Type() {
	case ast.NullType:
		return d.errorAt(position(n), "give it a value, or remove it", "%s has no value", of.name())
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType, ast.TagType:
		return d.errorAt(position(n), "write the value itself", "anchors, aliases and tags are not read")
	}
	return nil
}

func (f field) name() string {
	if f.named == "" {
		return "the policy"
	}
	return f.named
}

func isScalar(n ast.Node) bool {
	_, ok := n.(ast.ScalarNode)
	return ok
}

// decodeShort reads a single word in place of a mapping.
func (d *decoder) decodeShort(n ast.Node, into reflect.Value, of field, key string) error {
	if into.Kind() == reflect.Map {
		value := reflect.New(into.Type().Elem()).Elem()
		cloneMap(into)
		err := d.decode(n, value, of)
		into.SetMapIndex(reflect.ValueOf(key), value)
		return err
	}
	target := fieldsOf(into)[key]
	return d.decode(n, target.value, field{path: of.path, tag: target.tag, named: of.named})
}

func (d *decoder) decodeMapping(n ast.Node, into reflect.Value, of field) error {
	var entries []*ast.MappingValueNode
	inBraces := false
	switch n := n.(type) {
	case *ast.MappingNode:
		entries, inBraces = n.Values, n.IsFlowStyle
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		hint := ""
		if keys := keysOf(into); keys != nil {
			hint = "its keys are " + strings.Join(keys, ", ")
		}
		if isScalar(n) && strings.Contains(n.GetToken().Value, ":") {
			hint = "write a space behind the colon"
		}
		return d.errorAt(position(n), hint, "%s has keys of its own, and no value", of.name())
	}
	var fields map[string]target
	if into.Kind() == reflect.Map {
		cloneMap(into)
	} else {
		fields = fieldsOf(into)
	}
	for _, entry := range entries {
		if err := d.plain(entry.Key, of); err != nil {
			return err
		}
		key := entry.Key.GetToken().Value
		if hint, ok := hasKey(into, key); !ok {
			if r, ok := into.Interface().(refusing); ok && r.refusal(key) != "" {
				return d.errorAt(position(entry), "remove it here, and give it to the run", "%s has no key %q: %s", of.name(), key, r.refusal(key))
			}
			return d.errorAt(position(entry), hint, "%s has no key %q", of.name(), key)
		}
		if inBraces && isGlued(entry) {
			return d.errorAt(position(entry), "write a space behind the colon", "the value of %s follows its colon without a space, which YAML reads as one long key", key)
		}
		at := field{path: strings.TrimPrefix(of.path+"."+key, "."), named: key}
		d.note(at.path, entry)
		d.places[at.path] = position(entry.Value)
		if fields != nil {
			at.tag = fields[key].tag
			if err := d.decode(entry.Value, fields[key].value, at); err != nil {
				return err
			}
			continue
		}
		value := reflect.New(into.Type().Elem()).Elem()
		if err := d.decode(entry.Value, value, at); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(key), value)
	}
	return nil
}

// isGlued tells whether a word follows the colon of a key without a space. Behind a key in quotes YAML allows that.
func isGlued(entry *ast.MappingValueNode) bool {
	if !isScalar(entry.Value) || entry.Value.Type() == ast.NullType {
		return false
	}
	key, colon, value := entry.Key.GetToken(), entry.Start.Position, position(entry.Value)
	quoted := key.Type == token.DoubleQuoteType || key.Type == token.SingleQuoteType
	return !quoted && value.Line == colon.Line && value.Column == colon.Column+1
}

// hasKey tells whether a mapping has a key. Where it has not, the hint says which ones there are.
func hasKey(into reflect.Value, key string) (hint string, ok bool) {
	if of, ok := into.Interface().(patterned); ok {
		pattern, hint := of.pattern()
		if of, ok := of.(listed); ok && regexp.MustCompile(pattern).MatchString(key) {
			return of.isListed(key)
		}
		return hint, regexp.MustCompile(pattern).MatchString(key)
	}
	keys := keysOf(into)
	return fault.OneOf(key, keys), slices.Contains(keys, key)
}

// keysOf lists the keys that a mapping may have; nil where they are of the author's choice.
func keysOf(into reflect.Value) []string {
	if of, ok := into.Interface().(keyed); ok {
		return of.keys()
	}
	if into.Kind() == reflect.Map {
		return nil
	}
	return slices.Sorted(maps.Keys(fieldsOf(into)))
}

// cloneMap makes a map of its own for what a file says, with what is below it.
func cloneMap(into reflect.Value) {
	own := reflect.MakeMap(into.Type())
	for below := into.MapRange(); below.Next(); {
		own.SetMapIndex(below.Key(), below.Value())
	}
	into.Set(own)
}

// note keeps the line of a rule.
func (d *decoder) note(path string, n ast.Node) {
	if at := position(n); at != nil {
		d.lines[path] = finding.Location{File: d.file, Line: at.Line, EndLine: at.Line}
	}
}

func (d *decoder) decodeList(n ast.Node, into reflect.Value, of field) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return d.errorAt(position(n), "write each value on a line of its own, behind a hyphen", "%s is a list", of.name())
	}
	if len(list.Values) == 0 && of.path != "exceptions" {
		return d.errorAt(position(n), "list something, or remove the key: without it nothing is asked", "%s is an empty list, which says nothing", of.name())
	}
	into.Set(into.Slice3(0, into.Len(), into.Len())) // what is below stays as it is
	for _, v := range list.Values {
		value := reflect.New(into.Type().Elem()).Elem()
		at := field{path: item(of.path, into.Len()), tag: of.tag, named: of.named}
		if value.Kind() == reflect.Struct {
			d.note(at.path, v)
		}
		d.places[at.path] = position(v)
		if err := d.decode(v, value, at); err != nil {
			return err
		}
		into.Set(reflect.Append(into, value))
	}
	return nil
}

func (d *decoder) decodeText(n ast.Node, into reflect.Value, of field) error {
	var text string
	switch n := n.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = strings.TrimSpace(n.Value.Value)
	default:
		hint := ""
		if words := wordsFor(into, of); words != nil {
			hint = fault.OneOf(n.GetToken().Value, words)
		} else if isScalar(n) {
			hint = "put it into quotes"
		} else if n.Type() == ast.MappingType || n.Type() == ast.MappingValueType {
			hint = "put it into quotes: by the colon in it, it is read as a mapping"
		}
		return d.errorAt(position(n), hint, "%s is text", of.name())
	}
	if strings.TrimSpace(text) == "" {
		return d.errorAt(position(n), "write something, or remove it", "%s is empty", of.name())
	}
	words := wordsFor(into, of)
	if words != nil && !slices.Contains(words, text) {
		return d.errorAt(position(n), fault.OneOf(text, words), "%s is not %q", of.name(), text)
	}
	into.SetString(text)
	return nil
}

// wordsFor lists the words that a text may be; nil where it may be any.
func wordsFor(into reflect.Value, of field) []string {
	words := tagged(of.tag, "enum")
	switch v := into.Interface().(type) {
	case worded:
		words = v.words()
	case policy.Threshold:
		for _, t := range policy.Thresholds() {
			words = append(words, string(t))
		}
	}
	return words
}

func (d *decoder) decodeNumber(n ast.Node, into reflect.Value, of field) error {
	least, most := 0.0, 1.0 // EPSS is a probability
	if v, ok := into.Interface().(bounded); ok {
		least, most = v.bounds()
	} else if into.Kind() == reflect.Int {
		least, most = days(0).bounds()
	}
	text := n.GetToken().Value
	switch into.Kind() {
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			return d.errorAt(position(n), "", "%s is true or false", of.name())
		}
		into.SetBool(b.Value)
		return nil
	case reflect.Int:
		v, err := strconv.Atoi(text)
		if _, ok := n.(*ast.IntegerNode); !ok || err != nil || float64(v) < least || float64(v) > most {
			return d.errorAt(position(n), "", "%s is a whole number from %.0f to %.0f", of.name(), least, most)
		}
		into.SetInt(int64(v))
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if !isNumber(n) || err != nil || !(v > least && v <= most) {
		return d.errorAt(position(n), "", "%s is a number above %.0f and up to %.0f", of.name(), least, most)
	}
	into.SetFloat(v)
	return nil
}

func isNumber(n ast.Node) bool { return n.Type() == ast.IntegerType || n.Type() == ast.FloatType }

// target is a field of a struct.
type target struct {
	value reflect.Value
	tag   string
}

// fieldsOf lists the fields of a struct, those of embedded ones included, by their names in a file.
func fieldsOf(v reflect.Value) map[string]target {
	out := map[string]target{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			for name, t := range fieldsOf(v.Field(i)) {
				out[name] = t
			}
			continue
		}
		tag := f.Tag.Get("jsonschema")
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag != "-" {
			out[kebab(name)] = target{v.Field(i), tag}
		}
	}
	return out
}

// kebab writes a name of JSON as files have it.
func kebab(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// tagged lists the values that a tag of package jsonschema gives to a word.
func tagged(tag, word string) []string {
	var out []string
	for part := range strings.SplitSeq(tag, ",") {
		if value, ok := strings.CutPrefix(part, word+"="); ok {
			out = append(out, value)
		}
	}
	return out
}
