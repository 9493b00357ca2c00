package main

import (
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// isTerminal tells whether a stream is a terminal that a person looks at.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// The columns of text where a stream has no width of its own, and the most that lines of sentences are easy to read with.
const (
	standardWidth = 80
	widestText    = 120
)

// textWidth is how many columns sentences may take on a stream.
func textWidth(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return min(width, widestText)
		}
	}
	return standardWidth
}
