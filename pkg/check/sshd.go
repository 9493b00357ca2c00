package check

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// startsService matches the ways to have the system start its SSH daemon.
var startsService = regexp.MustCompile(`(\bservice\s+sshd?\s+(re)?start|\bsystemctl\s+(re)?start\s+sshd?|\brc-service\s+sshd\s+(re)?start|/etc/init\.d/sshd?\s+(re)?start)\b`)

// StartsSSHD tells whether a command, or the command line for a shell that is in it, starts an SSH daemon.
func StartsSSHD(command []string) bool {
	text := strings.Join(command, " ")
	return Runs(command, "sshd", "dropbear", "tinysshd", "lshd") || startsService.MatchString(text)
}

// Runs tells whether a command, or the command line for a shell that is in it, has the name of one of the programs as a word, or
// as the last part of a path.
func Runs(command []string, programs ...string) bool {
	words := strings.FieldsFunc(strings.Join(command, " "), func(r rune) bool { return strings.ContainsRune(" \t\n;&|()'\"", r) })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(programs, path.Base(w)) })
}
