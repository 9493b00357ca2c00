package observe

import (
	"cmp"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret/layers"
)

// maxSaid is how many bytes the observing process may send in all: some ten times what it has to say of the largest
// images. Whoever hears it holds some times as much.
const maxSaid = 256 << 20

// conversation is what the two processes say to each other, on the side of the one that wants to know.
type conversation struct {
	req  Request
	host Host
	to   *gob.Encoder
	from *gob.Decoder

	during Stage   // the last one that was said to begin
	busy   []Place // the catalogers that were last said to be at work
	keys   []string
}

// brokenError says that the conversation ended before there was an answer.
type brokenError struct{ error }

// hold sends the order, gives the files that it names, and listens until there is an answer.
func (c *conversation) hold(o order, give func() error) (*Observation, error) {
	if err := cmp.Or(c.to.Encode(o), give()); err != nil {
		return nil, &brokenError{err}
	}
	for {
		var m message
		if err := c.from.Decode(&m); err != nil {
			return nil, &brokenError{err}
		}
		switch {
		case m.Done != nil:
			seen, err := m.Done.decode()
			if err != nil {
				return nil, &brokenError{err}
			}
			return seen, nil
		case m.Failed != nil:
			return nil, m.Failed.err()
		}
		if err := c.hear(m); err != nil {
			return nil, &brokenError{err}
		}
	}
}

// hear does what a message that is no answer wants.
func (c *conversation) hear(m message) error {
	switch {
	case m.Event != nil:
		return c.progress(*m.Event)
	case m.Read > 0:
		if c.host.Read != nil {
			c.host.Read(m.Read)
		}
	case m.Busy != nil:
		c.busy = c.known(m.Busy)
	case m.Missing != nil:
		c.debug("the process that reads the image does without " + strings.Join(m.Missing, "; "))
	case m.Get != "":
		var r reply
		if c.host.Cache != nil {
			r.Value, r.Found = c.host.Cache.Get(m.Get)
		}
		return c.to.Encode(r)
	case m.Put != nil:
		return c.put(*m.Put)
	}
	return nil
}

func (c *conversation) debug(line string) {
	if c.host.Debug != nil {
		c.host.Debug(shortened(line))
	}
}

func (c *conversation) progress(e Event) error {
	if e.Platform < 0 || e.Platform >= len(c.req.Platforms) || e.Stage != Reading && e.Stage != Cataloguing && e.Stage != Searching {
		return fmt.Errorf("it spoke of the stage %.20q of platform %d", e.Stage, e.Platform)
	}
	c.during, c.busy = e.Stage, nil
	if c.host.Progress != nil {
		c.host.Progress(e)
	}
	return nil
}

// known drops places that an image of the request does not have.
func (c *conversation) known(places []Place) []Place {
	return slices.DeleteFunc(places, func(p Place) bool {
		return !cataloger.MatchString(p.Cataloger) || p.Layer < 0 || !slices.ContainsFunc(c.req.Platforms, func(o *image.Platform) bool { return p.Layer < len(o.Layers) })
	})
}

// put keeps what was found in a layer of the image, and nothing under any other key.
func (c *conversation) put(e entry) error {
	if c.host.Cache == nil {
		return nil
	}
	if c.keys == nil {
		for _, p := range c.req.Platforms {
			keys, err := c.keysOf(p)
			if err != nil {
				return err
			}
			c.keys = append(c.keys, keys...)
		}
	}
	if !slices.Contains(c.keys, e.Key) {
		return errors.New("it wanted to cache what is none of the image's")
	}
	c.host.Cache.Put(e.Key, e.Value)
	return nil
}

// keysOf lists the keys under which something is kept of the layers of a platform.
func (c *conversation) keysOf(p *image.Platform) ([]string, error) {
	catalogues, err := inventory.Keys(diffIDs(p))
	if err != nil {
		return nil, err
	}
	keys := append(catalogues, layers.Keys(diffIDs(p))...)
	if !c.req.KeepLayers {
		return keys, nil
	}
	for _, l := range p.Layers {
		id, err := l.ID()
		if err != nil {
			return nil, err
		}
		keys = append(keys, layerfs.Keys(id)...)
	}
	return keys, nil
}

// bounded fails once so many bytes were read.
type bounded struct {
	from io.Reader
	left int64
}

// Read reads on while some are left.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("it sends more than an observation can hold")
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
