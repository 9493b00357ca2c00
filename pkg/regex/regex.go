// Package regex holds regular expressions that are compiled when they are first asked. Most runs ask few of the many that the program
// has, and it is started twice for each image: compiling all of them would be a part of every run.
//
// It must not import other packages of the project.
package regex

import (
	"regexp"
	"sync"
)

// Regex is a regular expression of package regexp, with those of its methods that are used here. It is safe for concurrent use.
type Regex struct {
	text     string
	once     sync.Once
	compiled *regexp.Regexp
}

// New is a regular expression. One that cannot be parsed panics when it is first asked.
func New(expression string) *Regex { return &Regex{text: expression} }

func (p *Regex) get() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.text) })
	return p.compiled
}

// Match tells whether the text has a match.
func (p *Regex) Match(text []byte) bool { return p.get().Match(text) }

// MatchString tells whether the text has a match.
func (p *Regex) MatchString(text string) bool { return p.get().MatchString(text) }

// FindAll lists up to n matches; all of them where n is negative.
func (p *Regex) FindAll(text []byte, n int) [][]byte { return p.get().FindAll(text, n) }

// FindAllString lists up to n matches; all of them where n is negative.
func (p *Regex) FindAllString(text string, n int) []string { return p.get().FindAllString(text, n) }

// FindAllStringIndex lists where up to n matches begin and end; all of them where n is negative.
func (p *Regex) FindAllStringIndex(text string, n int) [][]int {
	return p.get().FindAllStringIndex(text, n)
}

// FindAllStringSubmatch lists up to n matches with their groups; all of them where n is negative.
func (p *Regex) FindAllStringSubmatch(text string, n int) [][]string {
	return p.get().FindAllStringSubmatch(text, n)
}

// FindAllStringSubmatchIndex lists where up to n matches and their groups begin and end; all of them where n is negative.
func (p *Regex) FindAllStringSubmatchIndex(text string, n int) [][]int {
	return p.get().FindAllStringSubmatchIndex(text, n)
}

// FindString is the first match; empty where there is none.
func (p *Regex) FindString(text string) string { return p.get().FindString(text) }

// FindStringIndex says where the first match begins and ends; nil where there is none.
func (p *Regex) FindStringIndex(text string) []int { return p.get().FindStringIndex(text) }

// FindStringSubmatch is the first match with its groups; nil where there is none.
func (p *Regex) FindStringSubmatch(text string) []string { return p.get().FindStringSubmatch(text) }

// FindSubmatch is the first match with its groups; nil where there is none.
func (p *Regex) FindSubmatch(text []byte) [][]byte { return p.get().FindSubmatch(text) }

// ReplaceAllString puts a replacement in the place of every match, with $1 for its first group.
func (p *Regex) ReplaceAllString(text, replacement string) string {
	return p.get().ReplaceAllString(text, replacement)
}

// ReplaceAllStringFunc puts what replace returns for it in the place of every match.
func (p *Regex) ReplaceAllStringFunc(text string, replace func(string) string) string {
	return p.get().ReplaceAllStringFunc(text, replace)
}
