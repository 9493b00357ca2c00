package manifest

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/layergate/layergate/pkg/fault"
)

// The byte order marks of UTF-16 (Unicode Standard, section 23.8).
var markLittle, markBig = []byte{0xff, 0xfe}, []byte{0xfe, 0xff}

// inUTF8 returns a text in UTF-16 that begins with a byte order mark, as Windows PowerShell's > and editors write it, in UTF-8. Anything else,
// also what is not valid, it returns as it is.
func inUTF8(data []byte) []byte {
	if !bytes.HasPrefix(data, markLittle) && !bytes.HasPrefix(data, markBig) {
		return data
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return data
	}
	return text
}

// wide is the error for a manifest in another form of UTF-16 or in UTF-32, as some programs write files.
func (r *reading) wide(name string, data []byte) error {
	text := bytes.TrimPrefix(bytes.TrimPrefix(data, markLittle), markBig)
	if _, ok := r.reader(name, bytes.ReplaceAll(text, []byte{0}, nil)); !ok || !bytes.Contains(data, []byte{0}) {
		return nil
	}
	return fault.Request(fmt.Errorf("%s:1: the file is in UTF-16 that is not valid or has no byte order mark, or in UTF-32", name),
		"save it as UTF-8: in PowerShell by | Set-Content -Encoding utf8 FILE in place of > FILE, elsewhere by iconv -f UTF-16LE -t UTF-8 FILE")
}
