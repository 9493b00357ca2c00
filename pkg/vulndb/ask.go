package vulndb

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// askLimit is how long one source is waited for that is asked only whether it answers.
const askLimit = 30 * time.Second

// Ask asks all sources in cfg, once each, which database is their newest, and fetches none. It returns info, of a database that was opened
// without asking, with the sources that do not answer among Info.Unanswered, and Info.Outdated where none does. The only error is the end of ctx.
func Ask(ctx context.Context, cfg Config, info Info) (Info, error) {
	cfg.Retry = Retry{Tries: 1, Total: askLimit}
	var silent failures
	var out []Failure
	sources := cfg.sources()
	for _, s := range sources {
		if err := s.ask(ctx, cfg); err != nil {
			silent = append(silent, failure{s, err})
			out = append(out, silent[len(silent)-1:].list()...)
		} else if at := slices.IndexFunc(info.Unanswered, func(f Failure) bool { return f.Source == s.String() }); at >= 0 {
			out = append(out, info.Unanswered[at])
		}
		if ctx.Err() != nil {
			return info, fmt.Errorf("asking for the advisory database: %w", ctx.Err())
		}
	}
	info.Unanswered, info.Outdated = out, len(silent) == len(sources)
	return info, nil
}

// ask tells whether something is there.
func (p Path) ask(context.Context, Config) error {
	_, err := p.stat()
	return err
}

// ask reads which archive is the newest.
func (s Server) ask(ctx context.Context, cfg Config) error {
	client, err := newClient(ctx, cfg, s)
	if err != nil {
		return err
	}
	_, err = client.Latest()
	return err
}

// ask finds the archive that the reference leads to.
func (r Repository) ask(ctx context.Context, cfg Config) error {
	_, err := r.find(ctx, cfg)
	return err
}
