// Package textfile reads the text of files that people write, such as a policy, and says where in one something is wrong.
//
// It must not import anything that knows what is in such a file.
package textfile

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/layergate/layergate/pkg/fault"
)

// Error is something wrong in a file, and where.
type Error struct {
	What         string // the file is, such as policy file
	File         string
	Line, Column int // from 1; columns in characters
	Err          error
	Excerpt      string // of the file's text; see Excerpt
}

// Error names the place and the problem.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap returns the problem.
func (e *Error) Unwrap() error { return e.Err }

// The byte order mark U+FEFF, as each encoding has it (Unicode Standard, section 23.8).
var (
	markUTF8  = []byte{0xef, 0xbb, 0xbf}
	markUTF16 = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}
)

// Decode returns the text of a file without the byte order mark that some editors write before UTF-8: YAML allows it (YAML
// specification 1.2.2, section 5.2), and readers of JSON may ignore it (RFC 8259, section 8.1). A file in UTF-16, which Windows
// PowerShell writes, is refused by name.
func Decode(raw []byte) ([]byte, error) {
	if isUTF16(raw) {
		return nil, fault.WithHint(errors.New("the file is in UTF-16, and not in UTF-8"),
			"save it as UTF-8; where Windows PowerShell wrote it by >, write | Set-Content -Encoding utf8 FILE in place of > FILE")
	}
	return bytes.TrimPrefix(raw, markUTF8), nil
}

// isUTF16 tells whether a file is in UTF-16 by its mark, or by a first character that is ASCII, as YAML does.
func isUTF16(raw []byte) bool {
	for _, mark := range markUTF16 {
		if bytes.HasPrefix(raw, mark) {
			return true
		}
	}
	return len(raw) >= 2 && (raw[0] == 0) != (raw[1] == 0)
}
