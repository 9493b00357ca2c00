package layerfs

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
)

// sshDaemons are what each SSH daemon says of itself and no other program does, clients and libraries of SSH included: that of OpenSSH,
// Dropbear, TinySSH and lsh.
var sshDaemons = sync.OnceValue(func() [][]byte {
	var out [][]byte
	for _, text := range []string{
		"sshd: no hostkeys available -- exiting.",
		"No hostkeys available. 'dropbear -R' may be useful or run dropbearkey.",
		"usage: tinysshd [options] keydir",
		"Enable publickey user authentication (default).",
	} {
		// The daemons are written in C, which ends a text by a null byte. A program that only knows the texts, such as this one, has no
		// such byte behind them, as long as it is not written here.
		out = append(out, append([]byte(text), 0))
	}
	return out
})

// inAll is a part of all these texts: where it is not, one look tells that none of them is.
const inAll = "key"

// maxSaid is how many bytes such a text has at most.
const maxSaid = 128

// isSSHDaemon tells whether an executable is an SSH daemon, whatever its name. buf is where the content is read to, and much longer than
// maxSaid.
func isSSHDaemon(r io.Reader, buf []byte) (bool, error) {
	rest := 0 // bytes at the beginning of buf that were read before: a text may have begun there
	for {
		n, err := r.Read(buf[rest:])
		text := buf[:rest+n]
		if bytes.Contains(text, []byte(inAll)) && slices.ContainsFunc(sshDaemons(), func(said []byte) bool { return bytes.Contains(text, said) }) {
			return true, nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		}
		rest = copy(buf, text[max(0, len(text)-maxSaid):])
	}
}
