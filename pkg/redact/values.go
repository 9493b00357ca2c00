package redact

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// shortest is how long a value must be to be looked for: a shorter one would be found in innocent words.
const shortest = 4

// Values hides known values in texts, and what Text hides besides.
type Values struct{ values []string }

// Add takes a value that must not be shown, in whole or in one of its lines: a log is read by lines. One of less than
// four characters is not looked for.
func (v *Values) Add(value string) {
	for line := range strings.Lines(value) {
		if line = strings.TrimSpace(line); len(line) >= shortest && !slices.Contains(v.values, line) {
			v.values = append(v.values, line)
		}
	}
	// A value may be a part of another.
	slices.SortStableFunc(v.values, func(a, b string) int { return len(b) - len(a) })
}

// Text hides the values in s.
func (v *Values) Text(s string) string {
	for _, value := range v.values {
		s = strings.ReplaceAll(s, value, hidden)
	}
	return Text(s)
}

// ran is a history entry of an instruction that build arguments reach, with their number.
var ran = regex.New(`^((?:RUN )?\|[0-9]+ )(?s:(.*))$`)

// History hides the values of build arguments in an entry of an image's history, where builders write them before the
// command that they reach, as in "RUN |1 TOKEN=… /bin/sh -c make". Their values may hold anything: where the shell
// cannot be found behind them, the command is hidden as well. shell is that of the image's configuration; empty means
// /bin/sh -c.
func History(entry string, shell []string) string {
	head, arguments, command := BuildArguments(entry, shell)
	if arguments == "" {
		return entry
	}
	return head + hidden + command
}

// BuildArguments splits an entry of an image's history into what stands before the build arguments, the arguments with their
// values, such as "A=1 B=2 3", and the command behind them; see History. There are none where arguments is empty.
func BuildArguments(entry string, shell []string) (head, arguments, command string) {
	match := ran.FindStringSubmatch(entry)
	if match == nil || match[1] == "|0 " || match[1] == "RUN |0 " {
		return entry, "", ""
	}
	for _, sh := range []string{strings.Join(shell, " "), "/bin/sh -c", "cmd /S /C"} {
		if i := strings.LastIndex(match[2], " "+sh+" "); sh != "" && i >= 0 {
			return match[1], match[2][:i], match[2][i:]
		}
	}
	return match[1], match[2], ""
}
