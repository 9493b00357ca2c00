package textfile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/textfile"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, raw, want, problem string
	}{
		{name: "empty"},
		{name: "UTF-8", raw: "fail-on: high\n", want: "fail-on: high\n"},
		{name: "UTF-8 with its mark", raw: "\xef\xbb\xbf{}", want: "{}"},
		{name: "a mark alone", raw: "\xef\xbb\xbf"},
		{name: "a mark within the text", raw: "a\xef\xbb\xbf", want: "a\xef\xbb\xbf"},
		{name: "one byte", raw: "\x00", want: "\x00"},
		{name: "no text", raw: "\x00\x00a", want: "\x00\x00a"},
		{name: "little endian", raw: "\xff\xfe{\x00}\x00", problem: "the file is in UTF-16"},
		{name: "big endian", raw: "\xfe\xff\x00{\x00}", problem: "the file is in UTF-16"},
		{name: "little endian without a mark", raw: "{\x00}\x00", problem: "the file is in UTF-16"},
		{name: "big endian without a mark", raw: "\x00{\x00}", problem: "the file is in UTF-16"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := textfile.Decode([]byte(tt.raw))
			if tt.problem == "" {
				if err != nil || string(got) != tt.want {
					t.Errorf("Decode(%q) = %q, %v, want %q", tt.raw, got, err, tt.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.problem) || !strings.Contains(strings.Join(fault.Hints(err), ""), "UTF-8") {
				t.Errorf("Decode(%q) = %v with the hints %q, want %q and how to write UTF-8", tt.raw, err, fault.Hints(err), tt.problem)
			}
		})
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	problem := errors.New("it is empty")
	err := &textfile.Error{What: "lock", File: "layergate.lock", Line: 2, Column: 3, Err: problem}
	if got, want := err.Error(), "layergate.lock:2:3: it is empty"; got != want || !errors.Is(err, problem) {
		t.Errorf("Error() = %q, want %q, around its problem", got, want)
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 30)
	for _, tt := range []struct {
		name, text   string
		line, column int
		want         string
	}{
		{
			name: "in the middle", text: "a\nb\nc:\n  d: 1\n  e: 2\nf\ng\nh\n", line: 5, column: 3,
			want: "     3 | c:\n     4 |   d: 1\n>    5 |   e: 2\n       |   ^\n     6 | f\n     7 | g\n",
		},
		{name: "the only line", text: "high", line: 1, column: 1, want: ">    1 | high\n       | ^\n"},
		{name: "line ends of Windows", text: "a\r\nb\r\n", line: 1, column: 2, want: ">    1 | a\n       |  ^\n     2 | b\n     3 | \n"},
		{name: "behind the end", text: "é", line: 1, column: 9, want: ">    1 | é\n       |  ^\n"},
		{name: "a long line", text: long, line: 1, column: 5, want: ">    1 | " + long[:99] + "…\n       |     ^\n"},
		{
			name: "far in a long line", text: "short\n" + long + "\n", line: 2, column: 201,
			want: "     1 | \n>    2 | …" + long[152:250] + "…\n       | " + strings.Repeat(" ", 49) + "^\n     3 | \n",
		},
		{name: "empty", line: 1, column: 1, want: ">    1 | \n       | ^\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, textfile.Excerpt([]byte(tt.text), tt.line, tt.column)); diff != "" {
				t.Errorf("Excerpt(%d, %d) (-want +got):\n%s", tt.line, tt.column, diff)
			}
		})
	}
}
