package observe

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// order is the first value that the observing process is sent: a Request whose layers lie in files that it is handed.
type order struct {
	Platforms   []platformOrder
	Scratch     string
	Memory      int64
	MaxUnpacked int64
	MemoryLimit int64
	Serial      bool
	NoSecrets   bool
	KeepLayers  bool
	Cached      bool     // there is a cache to ask
	Files       []string // names of the files, which are handed over where the system can
}

type platformOrder struct {
	Name   string
	Layers []layerOrder
}

type layerOrder struct {
	Layer  image.Layer
	File   int   // index into these files; meaningless for a layer that is absent
	Offset int64 // where in the file the stored bytes begin
	Length int64 // of the stored bytes
}

// message is what the observing process sends. One field is set; the last message sets Failed or Done.
type message struct {
	Event   *Event
	Read    int64    // bytes of the layers that were read since the last event
	Busy    []Place  // what is being catalogued, whenever that has changed
	Missing []string // protections that the system does not have
	Get     string   // a key of the cache, answered with a reply
	Put     *entry
	Failed  *failure
	Done    *encoded
}

// encoded is an Observation whose platforms are encoded by themselves, as they are kept.
type encoded struct{ Platforms [][]byte }

func (o *Observation) encode() (*encoded, error) {
	out := &encoded{}
	for _, p := range o.Platforms {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(p); err != nil {
			return nil, err
		}
		out.Platforms = append(out.Platforms, b.Bytes())
	}
	return out, nil
}

func (e *encoded) decode() (*Observation, error) {
	out := &Observation{}
	for _, raw := range e.Platforms {
		p := Platform{encoded: raw}
		if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&p); err != nil {
			return nil, err
		}
		out.Platforms = append(out.Platforms, p)
	}
	return out, nil
}

// Place is a cataloger at work.
type Place struct {
	Layer     int
	Cataloger string
}

type entry struct {
	Key   string
	Value []byte
}

// reply answers a question to the cache.
type reply struct {
	Value []byte
	Found bool
}

// failure is an error on its way between processes. It is never a wrong request: nothing that an image holds is.
type failure struct {
	Message string
	Hints   [][]fault.Part // the outermost first
}

func newFailure(err error) *failure {
	return &failure{Message: err.Error(), Hints: fault.HintParts(err)}
}

// maxText is how many bytes of a message are believed to be one, and maxHints how many hints and parts of one.
const (
	maxText  = 4096
	maxHints = 16
)

// err is the error again.
func (f *failure) err() error {
	err := errors.New(shortened(f.Message))
	for _, parts := range slices.Backward(f.Hints[:min(len(f.Hints), maxHints)]) {
		parts = parts[:min(len(parts), maxHints)]
		for i := range parts {
			parts[i].Text = shortened(parts[i].Text)
		}
		err = fault.WithHint(err, fault.JoinParts(parts))
	}
	return err
}

func shortened(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

// sender writes messages, from any goroutine.
type sender struct {
	mu  sync.Mutex
	enc *gob.Encoder
}

func newSender(w io.Writer) *sender { return &sender{enc: gob.NewEncoder(w)} }

func (s *sender) send(m message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enc.Encode(m)
}
