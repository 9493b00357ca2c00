package layerfs

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/spool"
)

// block is a header of a tar, with what follows it.
func block(name string, typ byte, body string, change func(h []byte)) string {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	copy(h[124:], fmt.Sprintf("%011o\x00", len(body)))
	copy(h[136:], "00000000000\x00")
	h[156] = typ
	copy(h[257:], "ustar\x0000")
	if change != nil {
		change(h)
	}
	copy(h[148:], "        ")
	var sum int
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(h) + body + strings.Repeat("\x00", -len(body)&511)
}

// pax is an extended header for the entry that follows.
func pax(records ...string) string { return paxHeader('x', records...) }

func paxHeader(typ byte, records ...string) string {
	var body strings.Builder
	for _, r := range records {
		n := len(r) + 3
		for len(strconv.Itoa(n))+len(r)+2 != n {
			n++
		}
		fmt.Fprintf(&body, "%d %s\n", n, r)
	}
	return block("PaxHeaders/x", typ, body.String(), nil)
}

// The forms in which tars store sparse files. data is the content's beginning; what follows are holes.
func sparse10(name, data string, size int) string {
	m := fmt.Sprintf("1\n0\n%d\n", len(data))
	m += strings.Repeat("\x00", -len(m)&511)
	return pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name="+name, fmt.Sprintf("GNU.sparse.realsize=%d", size)) +
		block("GNUSparseFile.0/x", '0', m+data, nil)
}

func sparse01(name, data string, size int) string {
	return pax("GNU.sparse.size="+strconv.Itoa(size), "GNU.sparse.numblocks=1", "GNU.sparse.name="+name, fmt.Sprintf("GNU.sparse.map=0,%d", len(data))) +
		block("GNUSparseFile.0/x", '0', data, nil)
}

func sparse00(name, data string, size int) string {
	return pax("GNU.sparse.size="+strconv.Itoa(size), "GNU.sparse.numblocks=1", "GNU.sparse.offset=0", "GNU.sparse.numbytes="+strconv.Itoa(len(data))) +
		block(name, '0', data, nil)
}

func sparseGNU(name, data string, size int) string {
	return block(name, 'S', data, func(h []byte) {
		copy(h[257:], "ustar  \x00")
		copy(h[386:], fmt.Sprintf("%011o\x00%011o\x00", 0, len(data)))
		copy(h[483:], fmt.Sprintf("%011o\x00", size))
	})
}

var sparseForms = map[string]func(name, data string, size int) string{
	"PAX 1.0": sparse10, "PAX 0.1": sparse01, "PAX 0.0": sparse00, "GNU": sparseGNU,
}

// readRaw indexes the entries of a tar.
func readRaw(t testing.TB, raw []byte) (*layer, error) {
	t.Helper()
	sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20, Limit: 1 << 22})
	t.Cleanup(func() { sp.Close() })
	l := &layer{sparse: sparseStore{spool: sp}}
	s := newSums()
	err := l.read(context.Background(), bytes.NewReader(raw), s, 0, new(atomic.Int64))
	l.content = newContent(bytes.NewReader(raw), int64(len(raw)), s)
	return l, err
}

// contents lists the regular files of a layer with their content's digests.
func (l *layer) contents(t testing.TB) []string {
	t.Helper()
	out := []string{}
	for _, r := range l.records {
		if r.kind != recordEntry || r.entry.Type != Regular {
			continue
		}
		h := sha256.New()
		if n, err := io.Copy(h, r.entry.content()); err != nil || n != r.entry.Size {
			t.Fatalf("%s: read %d of %d bytes: %v", r.name, n, r.entry.Size, err)
		}
		out = append(out, fmt.Sprintf("%s %d %x", r.name, r.entry.Size, h.Sum(nil)[:8]))
	}
	return out
}

// unpacked lists what a runtime unpacks: the regular files as archive/tar gives them, one after the other.
func unpacked(raw []byte) ([]string, error) {
	out := []string{}
	tr := tar.NewReader(bytes.NewReader(raw))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		r, keep, err := newRecord(h, 0)
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		n, err := io.Copy(sum, tr)
		if err != nil {
			return nil, err
		}
		if keep && r.kind == recordEntry && r.entry.Type == Regular {
			out = append(out, fmt.Sprintf("%s %d %x", r.name, n, sum.Sum(nil)[:8]))
		}
	}
}

// A sparse file is read from where it lies, whatever lies before it looks like.
func TestSparseFileBehindDecoy(t *testing.T) {
	t.Parallel()
	for name, form := range sparseForms {
		for decoyName, decoy := range sparseForms {
			t.Run(name+" behind "+decoyName, func(t *testing.T) {
				t.Parallel()
				want := strings.Repeat("what a runtime unpacks\n", 300)
				inside := strings.Repeat("A", 512) + block("z", '0', "what is not there", nil)
				for _, before := range []string{
					block("decoy", '0', inside, nil),
					decoy("decoy", inside, len(inside)),
					decoy("decoy", inside, 100_000),
					block("decoy", '0', inside+strings.Repeat("B", 700), nil) + block("directory/", '5', "", nil),
				} {
					raw := []byte(before + form("app/file", want, 20_000) + block("after", '0', "behind", nil) + strings.Repeat("\x00", 1024))
					l, err := readRaw(t, raw)
					if err != nil {
						t.Fatal(err)
					}
					expected, err := unpacked(raw)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(expected, l.contents(t)); diff != "" {
						t.Errorf("files (-archive/tar +index):\n%s", diff)
					}
					got := make([]byte, len(want)+10)
					i := len(l.records) - 2
					if n, err := l.records[i].entry.content().ReadAt(got, 0); err != nil || string(got) != want+strings.Repeat("\x00", 10) {
						t.Errorf("%s: read %d bytes, %v, or they are others", l.records[i].name, n, err)
					}
				}
			})
		}
	}
}

// Executables are recognised in sparse files too, and holes are not stored.
func TestSparseFile(t *testing.T) {
	t.Parallel()
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\x3e\x00" + strings.Repeat("\x01", 600)
	l, err := readRaw(t, []byte(sparse10("bin/x", elf, 1<<20)+strings.Repeat("\x00", 1024)))
	if err != nil {
		t.Fatal(err)
	}
	e := l.records[0].entry
	if e.MIME == "" || e.Size != 1<<20 || len(e.sparse.blocks) != 1 {
		t.Errorf("the entry has the type %q, %d bytes and %d stored blocks", e.MIME, e.Size, len(e.sparse.blocks))
	}
	if _, err := readRaw(t, []byte(sparse10("bin/x", elf, 1<<30)+strings.Repeat("\x00", 1024))); !errors.Is(err, spool.ErrLimit) {
		t.Errorf("holes past the limit: %v", err)
	}
}

// Holes come from no reader that could end with the context.
func TestSparseFileEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	defer sp.Close()
	l := &layer{sparse: sparseStore{spool: sp}}
	raw := sparse10("x", "data", 1<<40) + strings.Repeat("\x00", 1024)
	if err := l.read(ctx, strings.NewReader(raw), io.Discard, 0, new(atomic.Int64)); !errors.Is(err, context.Canceled) {
		t.Errorf("read() = %v, want %v", err, context.Canceled)
	}
}

// What readers of tars take in different ways is refused; headers that say nothing of what the entries are, are not.
func TestDifferentReadersOfTars(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ raw, wantErr string }{
		"a comment for all":                {paxHeader('g', "comment=of git archive"), ""},
		"a name for all":                   {paxHeader('g', "path=other"), `a global header sets "path"`},
		"a target for all":                 {paxHeader('g', "linkpath=other"), `sets "linkpath"`},
		"a size for all":                   {paxHeader('g', "size=1"), `sets "size"`},
		"holes for all":                    {paxHeader('g', "GNU.sparse.size=1"), `sets "GNU.sparse.size"`},
		"a redirect for all":               {paxHeader('g', "SCHILY.xattr.trusted.overlay.redirect=/x"), "overlay.redirect"},
		"an unknown type":                  {block("x", 'Z', "content", nil), `has the type 'Z'`},
		"the label of a volume":            {block("x", 'V', "", nil), `has the type 'V'`},
		"an unknown form of sparse files":  {pax("GNU.sparse.major=2", "GNU.sparse.minor=0", "GNU.sparse.name=other") + block("x", '0', "content", nil), "sparse file of an unknown form"},
		"only the name of a sparse file":   {pax("GNU.sparse.name=other") + block("x", '0', "content", nil), "sparse file of an unknown form"},
		"only the size of a sparse file":   {pax("GNU.sparse.realsize=3") + block("x", '0', "content", nil), "sparse file of an unknown form"},
		"a sparse file of two known forms": {pax("GNU.sparse.map=0,7") + sparseGNU("x", "content", 20), "sparse file of an unknown form"},
		"a sparse file of two forms":       {pax("GNU.sparse.name=other") + sparseGNU("x", "content", 20), "sparse file of an unknown form"},
		"contiguous content":               {block("x", '7', "content", nil), ""},
	} {
		_, err := readRaw(t, []byte(tt.raw+block("file", '0', "x", nil)+strings.Repeat("\x00", 1024)))
		if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
			t.Errorf("%s: %v, want an error with %q", name, err, tt.wantErr)
		}
	}
}

// Past the bound of entries an image is refused, however many layers they come from.
func TestEntriesAreCounted(t *testing.T) {
	t.Parallel()
	raw := []byte(block("a", '0', "", nil) + block("b", '0', "", nil) + strings.Repeat("\x00", 1024))
	for before, wantErr := range map[int64]bool{maxEntries - 2: false, maxEntries - 1: true} {
		l := &layer{}
		n := new(atomic.Int64)
		n.Store(before)
		err := l.read(context.Background(), bytes.NewReader(raw), io.Discard, 0, n)
		if (err != nil) != wantErr || err != nil && !strings.Contains(err.Error(), "more than the 10000000 entries") {
			t.Errorf("with %d entries before: %v", before, err)
		}
	}
}

// FuzzEntries compares the index of hostile tars with what archive/tar, which runtimes use, makes of them one entry
// after the other.
func FuzzEntries(f *testing.F) {
	random := rand.New(rand.NewSource(11))
	end := strings.Repeat("\x00", 1024)
	for _, form := range sparseForms {
		for _, other := range sparseForms {
			seed := []byte(form("a", "first", 9000) + block("b", '0', "plain", nil) + other("c", strings.Repeat("x", 5000), 5000) + end)
			f.Add(seed)
			for range 40 {
				f.Add(damaged(random, seed))
			}
		}
	}
	f.Add([]byte(block("d/", '5', "", nil) + block("l", '2', "", func(h []byte) { copy(h[157:], "d") }) + block("l/x", '0', "x", nil) + end))
	f.Add([]byte(block("g", 'g', "13 path=other\n", nil) + block("x", '0', "x", nil) + end))
	f.Add([]byte(pax("size=3") + block("x", '0', "xyz", func(h []byte) { copy(h[124:], "00000000000\x00") }) + end))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := readRaw(t, raw)
		want, wantErr := unpacked(raw)
		if err != nil {
			return // refused
		}
		if wantErr != nil {
			t.Fatalf("the index takes what archive/tar refuses: %v", wantErr)
		}
		if diff := cmp.Diff(want, l.contents(t)); diff != "" {
			t.Errorf("files (-archive/tar +index):\n%s", diff)
		}
	})
}

// damaged flips some bytes and leaves the checksums of headers right, so that readers go on.
func damaged(random *rand.Rand, raw []byte) []byte {
	out := bytes.Clone(raw)
	for range 1 + random.Intn(4) {
		at := random.Intn(len(out))
		out[at] = "0123456789\n,\x00xS"[random.Intn(15)]
		h := out[at&^511:][:512]
		copy(h[148:], "        ")
		var sum int
		for _, b := range h {
			sum += int(b)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	}
	return out
}

// A search that asks more than any real image needs is an error, and not a search that found nothing.
func TestSearchThroughLinksIsBounded(t *testing.T) {
	t.Parallel()
	root := &node{}
	s := search{dir: root, prefix: "/", elements: []string{"a"}, steps: maxSteps, found: map[state]string{}, failed: map[state]bool{}}
	if _, _, err := s.linkedName(root); err == nil || !strings.Contains(err.Error(), "too many links to directories") {
		t.Errorf("linkedName() = %v, want a refusal", err)
	}
}
