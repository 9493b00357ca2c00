package secret

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// endings lists the words of a text by where they end, as the automaton is to find them.
func endings(words []string, text string) []string {
	var out []string
	lower := strings.ToLower(text)
	for end := range len(text) + 1 {
		var here []string
		for i, w := range words {
			if strings.HasSuffix(lower[:end], w) {
				here = append(here, fmt.Sprint(end, " ", i))
			}
		}
		slices.Sort(here)
		out = append(out, here...)
	}
	return out
}

// Every word is found, wherever it stands and whatever the length of the text, in the order of the ends.
func TestAutomatonFindsAllWords(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(1))
	words := []string{"a", "ab", "bab", "abcab", "c-c", "bbbbbbbbb"}
	a := newAutomaton(words)
	for n := range 300 {
		text := make([]byte, n)
		for i := range text {
			text[i] = "aAbBc-x"[random.Intn(7)]
		}
		var got []string
		last := 0
		a.find(text, func(word int32, end int) bool {
			if end < last {
				t.Fatalf("a word that ends at %d is found after one that ends at %d", end, last)
			}
			last = end
			got = append(got, fmt.Sprint(end, " ", word))
			return true
		})
		want := endings(words, string(text))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("in %q the words end at %q, want %q", text, got, want)
		}
	}
}

// The word is found once at each place, also where it lies over the border of two parts of a text, and finding stops when it is told.
func TestAutomatonOverBorders(t *testing.T) {
	t.Parallel()
	a := newAutomaton([]string{"password", "word"})
	for at := range 400 {
		text := []byte(strings.Repeat(".", at) + "PassWord" + strings.Repeat(".", 400-at))
		var ends []int
		a.find(text, func(_ int32, end int) bool {
			ends = append(ends, end)
			return true
		})
		if !slices.Equal(ends, []int{at + 8, at + 8}) {
			t.Fatalf("the words at %d are found with the ends %d", at, ends)
		}
	}
	calls := 0
	a.find([]byte(strings.Repeat("word ", 200)), func(int32, int) bool {
		calls++
		return calls < 3
	})
	if calls != 3 {
		t.Errorf("found was called %d times, want 3", calls)
	}
}

// Only keywords that begin in a part of a text are looked at: what is before it was, and what is behind it may be cut off.
func TestFindBetween(t *testing.T) {
	t.Parallel()
	key := "-----BEGIN PRIVATE KEY-----\n"
	text := []byte(strings.Repeat(key, 3))
	for name, tt := range map[string]struct{ from, until, want int }{
		"all": {0, len(text), 3}, "the first is before": {1, len(text), 2}, "the last begins there": {0, 2 * len(key), 2}, "the last begins a byte before": {0, 2*len(key) + 1, 3},
	} {
		looked := 0
		builtIn().find(text, textFile, tt.from, tt.until, func(match, bool) bool {
			looked++
			return true
		})
		if looked != tt.want {
			t.Errorf("%s: find() looks at %d keywords, want %d", name, looked, tt.want)
		}
	}
}

// Keywords for which the table has no room are not left out in silence.
func TestAutomatonIsFull(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an automaton was made of more words than its table has room for")
		}
	}()
	var words []string
	for i := range tableSize {
		words = append(words, fmt.Sprintf("%x", i))
	}
	newAutomaton(words)
}
