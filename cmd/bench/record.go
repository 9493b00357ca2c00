package main

import (
	"encoding/json"
	"os"
	"runtime"
	"time"
)

// record is everything that was measured, as it is kept for later.
type record struct {
	Made   string        `json:"made"` // RFC 3339
	Size   string        `json:"size"`
	Rounds int           `json:"rounds"`
	Cores  int           `json:"cores"`
	Go     string        `json:"go"`
	Old    string        `json:"old,omitempty"`
	New    string        `json:"new,omitempty"`
	Series results       `json:"series"`
	Goals  []reachedGoal `json:"goals,omitempty"`
}

// reachedGoal is a goal with the value that was measured.
type reachedGoal struct {
	Row   string  `json:"row"`
	Goal  string  `json:"goal"`
	Limit float64 `json:"limit"`
	Value float64 `json:"value"`
}

// reached are the goals that were measured.
func reached(r results) []reachedGoal {
	var out []reachedGoal
	for _, g := range goals() {
		if value, ok := g.value(r); ok {
			out = append(out, reachedGoal{g.row, g.text, g.limit, value})
		}
	}
	return out
}

// writeJSON writes the record into the file that the command line names, if it names one.
func (b *bench) writeJSON(r record) error {
	if b.opts.json == "" {
		return nil
	}
	r.Made, r.Size, r.Rounds, r.Cores, r.Go = time.Now().UTC().Format(time.RFC3339), b.opts.size, b.opts.rounds, runtime.NumCPU(), runtime.Version()
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(b.opts.json, append(raw, '\n'), 0o644)
}
