package vulndb

import (
	"fmt"
	"sync"

	"github.com/layergate/layergate/pkg/kept"
)

// counts remembers what was counted of a database, which does not change: for all images of a run, and in a store for later runs. It is
// safe for concurrent use.
type counts struct {
	store    kept.Store // nil for none
	database string     // its checksum

	mu    sync.Mutex
	known map[string]any // by the question
}

// remembered is the answer to a question, which count finds where neither this run nor an earlier one has. An error is not remembered.
func remembered[Answer any](c *counts, question string, count func() (Answer, error)) (Answer, error) {
	c.mu.Lock() // also while it is counted, so that nobody counts the same beside it
	defer c.mu.Unlock()
	if known, ok := c.known[question].(Answer); ok {
		return known, nil
	}
	key := fmt.Sprintf("advisories of the database %s: %s", c.database, question)
	var answer Answer
	if !kept.Get(c.store, key, &answer) {
		var err error
		if answer, err = count(); err != nil {
			return answer, err
		}
		if err := kept.Put(c.store, key, answer); err != nil {
			return answer, err
		}
	}
	if c.known == nil {
		c.known = map[string]any{}
	}
	c.known[question] = answer
	return answer, nil
}
