package ci

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
)

// lineLimit is the length in bytes at which an unfinished line is written without waiting for its end.
const lineLimit = 64 << 10

// lines is the one way out to a stream: plain text leaves as whole lines that went through clean, commands leave as
// they are, each on a line of its own. Without that order a command could be pieced together from two writes.
type lines struct {
	mu      sync.Mutex
	out     io.Writer
	clean   func(string) string
	pending []byte
	secrets []string
	err     error
}

// Write takes plain text. It reports all of p as written unless an earlier or this write to the stream failed.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		l.pending = append(l.pending, p[:i]...)
		l.endLine()
		p = p[i+1:]
	}
	l.pending = append(l.pending, p...)
	if len(l.pending) > lineLimit {
		l.endLine()
	}
	if l.err != nil {
		return 0, l.err
	}
	return n, nil
}

// line writes one plain line.
func (l *lines) line(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	l.pending = append(l.pending, s...)
	l.endLine()
}

// command writes text as it is, which must be a whole line without its end.
func (l *lines) command(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	l.put(text)
}

// mask hides each line of the secret in every plain line from now on, and returns those lines.
func (l *lines) mask(secret string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var masked []string
	for part := range strings.FieldsFuncSeq(secret, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if part = strings.TrimSpace(part); part != "" {
			masked = append(masked, part)
		}
	}
	l.secrets = append(l.secrets, masked...)
	slices.SortFunc(l.secrets, func(a, b string) int { return len(b) - len(a) }) // a secret may begin with another
	return masked
}

// close ends an unfinished line and returns the first failure to write.
func (l *lines) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	return l.err
}

func (l *lines) flush() {
	if len(l.pending) > 0 {
		l.endLine()
	}
}

func (l *lines) endLine() {
	s := strings.TrimSuffix(string(l.pending), "\r")
	l.pending = l.pending[:0]
	for _, secret := range l.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	l.put(l.clean(s))
}

func (l *lines) put(s string) {
	if l.err != nil {
		return
	}
	_, l.err = io.WriteString(l.out, s+"\n")
}
