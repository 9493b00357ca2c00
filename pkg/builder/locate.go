package builder

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/layergate/layergate/pkg/regular"
)

// maxDockerfile is how many bytes a Dockerfile may have in which an instruction is looked for.
const maxDockerfile = 4 << 20

// A step of a build is named by its place and its instruction: "[middle 2/3] RUN make".
var stepName = regexp.MustCompile(`(?s)^\[[^\]]*[0-9]+/[0-9]+\] (.+)$`)

// What BuildKit says of a Dockerfile that it cannot read.
var parseError = regexp.MustCompile(`dockerfile parse error (?:on )?line ([0-9]+)`)

// locate finds the instruction that failed where BuildKit names no source: the engines of Docker before 23 send the
// text of an error only. A step is found by its instruction's text, and only where one instruction alone has it.
func (e *Error) locate(step string) {
	raw, err := regular.ReadNamed(filepath.Dir(e.Dockerfile), e.Dockerfile, maxDockerfile)
	if err != nil {
		return // it was there when the build began; the error that is told is the build's
	}
	if m := parseError.FindStringSubmatch(e.Cause.Error()); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			e.at(raw, line, line)
		}
		return
	}
	m := stepName.FindStringSubmatch(step)
	if m == nil {
		return
	}
	parsed, err := parser.Parse(bytes.NewReader(raw))
	if err != nil {
		return
	}
	var found *parser.Node
	for _, n := range parsed.AST.Children {
		if instructionText(n.Original) != instructionText(m[1]) {
			continue
		}
		if found != nil {
			return
		}
		found = n
	}
	if found != nil {
		e.at(raw, found.StartLine, found.EndLine)
	}
}

// instructionText is an instruction as it can be compared: the keyword in capitals, blanks as one space.
func instructionText(s string) string {
	keyword, rest, _ := strings.Cut(strings.Join(strings.Fields(s), " "), " ")
	return strings.ToUpper(keyword) + " " + rest
}

// at records the lines of the instruction that failed, if the Dockerfile has them.
func (e *Error) at(dockerfile []byte, start, end int) bool {
	lines := strings.Split(strings.ReplaceAll(string(dockerfile), "\r\n", "\n"), "\n")
	if start < 1 || end < start || end > len(lines) {
		return false
	}
	e.Line, e.EndLine = start, end
	e.Instruction = strings.TrimSpace(strings.Join(lines[start-1:end], "\n"))
	return true
}
