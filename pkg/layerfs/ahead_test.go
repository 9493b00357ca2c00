package layerfs

import (
	"bytes"
	"io"
	"math/rand"
	"strings"
	"testing"
)

// filesIn are files of any size in random layers of which the first knows one of them from an earlier run, and their contents.
func filesIn(t *testing.T, layers int) (files []File, contents [][]byte, of []*content) {
	t.Helper()
	random := rand.New(rand.NewSource(9))
	for range layers {
		data := make([]byte, 5*AheadSize/2)
		random.Read(data)
		c := contentOf(t, data)
		l := &layer{content: c}
		of = append(of, c)
		for at := 0; at < len(data); {
			size := random.Intn(len(data) - at + 1)
			if random.Intn(50) > 0 {
				size = min(size, random.Intn(3*blockSize))
			}
			files = append(files, File{Entry: &Entry{Size: int64(size), data: l, offset: int64(at)}, Path: "/x"})
			contents = append(contents, data[at:at+size])
			at += size + random.Intn(1024)
		}
	}
	return files, contents, of
}

// Whatever the order in which files are opened, and the parts in which they are read, they are what the layers have.
func TestAhead(t *testing.T) {
	t.Parallel()
	files, contents, of := filesIn(t, 2)
	random := rand.New(rand.NewSource(10))
	order := random.Perm(len(files))
	for i := range files {
		order = append(order, i) // at last in their own
	}
	known := &layer{content: of[0], known: func() keptContent { return keptContent{Files: map[int64][]byte{3: []byte("kept")}} }}
	files, contents = append(files, File{Entry: &Entry{Size: 4, data: known, offset: 3}}), append(contents, []byte("kept"))
	order = append(order, len(files)-1, 0)
	var a Ahead
	v := View{fs: &FS{}}
	for _, i := range order {
		r, err := a.Open(v, files[i])
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(r, 0, files[i].Size))
		if err != nil || !bytes.Equal(got, contents[i]) {
			t.Fatalf("file %d of %d bytes has other content, %v", i, files[i].Size, err)
		}
		p := make([]byte, random.Intn(len(contents[i])+1))
		from := random.Intn(len(contents[i]) - len(p) + 1)
		if n, err := r.ReadAt(p, int64(from)); n != len(p) || err != nil || !bytes.Equal(p, contents[i][from:from+len(p)]) {
			t.Fatalf("ReadAt(%d bytes, %d) of file %d = %d, %v", len(p), from, i, n, err)
		}
	}
	for _, c := range of {
		if c.failure() != nil {
			t.Errorf("failure() = %v", c.failure())
		}
	}
	if _, err := a.Open(v, File{Path: "/dir", Entry: &Entry{Type: Directory}}); err == nil || err.Error() != "/dir is not a regular file" {
		t.Errorf("a directory is opened: %v", err)
	}
}

// Bytes that changed are refused, and remembered, in whichever file they are that is read along.
func TestAheadRefusesWhatChanged(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789"), blockSize)
	c := contentOf(t, data)
	changed := bytes.Clone(data)
	changed[5*blockSize] ^= 1
	c.data = bytes.NewReader(changed)
	l := &layer{content: c}
	read := func(at int64) error {
		var a Ahead
		r, err := a.Open(View{fs: &FS{}}, File{Entry: &Entry{Size: 10, data: l, offset: at}})
		if err != nil {
			return err
		}
		_, err = r.ReadAt(make([]byte, 10), 0)
		return err
	}
	if err := read(0); err != nil {
		t.Errorf("what has not changed is refused: %v", err)
	}
	if c.failure() == nil {
		t.Error("nobody notices what was read along")
	}
	if err := read(5*blockSize - 5); err == nil || !strings.Contains(err.Error(), "changed since their digest was checked") {
		t.Errorf("what has changed is read: %v", err)
	}
}
