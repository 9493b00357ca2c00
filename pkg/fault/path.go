package fault

import (
	"runtime"
	"strings"
)

// HintPath is what to do about a path that is not there: other, unless it is written as on Windows and the program runs elsewhere.
func HintPath[H string | Hint](path string, other H) Hint {
	if runtime.GOOS == "windows" {
		return hintOf(other)
	}
	return hintPath(path, hintOf(other))
}

// hintPath is HintPath on a system that parts directories by /.
func hintPath(path string, other Hint) Hint {
	switch {
	case HasDrive(path) || strings.HasPrefix(path, `\\`):
		return Hintf("%s is a path of Windows, and this program runs on Linux or macOS, be it in a container or in WSL: write the path by which the file is seen there, "+
			"such as /mnt/c/… in WSL, or a path relative to the directory that the container works in", path)
	case strings.Contains(path, `\`):
		return Hintf(`where this program runs, \ does not part directories: write %s`, strings.ReplaceAll(path, `\`, "/"))
	}
	return other
}

// HasDrive tells whether a path begins with a drive of Windows, as C:\ or C:/.
func HasDrive(path string) bool {
	if len(path) < 3 || path[1] != ':' || path[2] != '\\' && path[2] != '/' {
		return false
	}
	letter := path[0] | 0x20 // in lower case
	return 'a' <= letter && letter <= 'z'
}
