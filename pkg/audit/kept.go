package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/layergate/layergate/pkg/redact"
)

// Kept is what a registry tells about an image that it keeps, beside its content.
type Kept struct {
	Pushed  string `json:"pushed"`  // RFC 3339, UTC: when the registry got it
	Updated string `json:"updated"` // when its manifest, its tags or its lock last changed
	Bytes   int64  `json:"bytes"`   // as the registry counts them
	Locked  bool   `json:"locked"`  // it or one of its tags cannot be written or deleted
	// Pulled is when somebody last pulled it, as far as the registry counts, or NeverPulled; empty where the registry does not tell.
	Pulled string `json:"pulled,omitempty"`
}

// NeverPulled stands for the time of the last pull where there was none.
const NeverPulled = "never"

// NewKept is what a registry tells, with its times as results have them.
func NewKept(pushed, updated time.Time, bytes int64, locked bool) Kept {
	return Kept{Pushed: stamp(pushed), Updated: stamp(updated), Bytes: bytes, Locked: locked}
}

// PulledAt is the same of an image whose registry tells when it was last pulled, at the zero time where it never was.
func (k Kept) PulledAt(at time.Time) Kept {
	k.Pulled = NeverPulled
	if !at.IsZero() {
		k.Pulled = stamp(at)
	}
	return k
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// facts says it in one line.
func (k Kept) facts() string {
	fact := fmt.Sprintf("pushed %s, changed %s, %s", k.Pushed, k.Updated, humanize.Bytes(uint64(max(k.Bytes, 0))))
	if k.Locked {
		fact += ", locked"
	}
	switch k.Pulled {
	case "":
	case NeverPulled:
		fact += ", never pulled"
	default:
		fact += ", last pulled " + k.Pulled
	}
	return fact
}

// askKept asks the registries what they tell about the images, once for each repository: by repository and digest. A repository of which it
// cannot be had is warned of, and its images go without.
func askKept(ctx context.Context, cfg Config, images []Image) map[string]map[string]Kept {
	out := map[string]map[string]Kept{}
	if cfg.Kept == nil {
		return out
	}
	var repositories []string
	for _, img := range images {
		repositories = append(repositories, img.Repository)
	}
	slices.Sort(repositories)
	var mu sync.Mutex
	group := workers(cfg)
	for _, repository := range slices.Compact(repositories) {
		group.Go(func() error {
			kept, err := cfg.Kept(ctx, repository)
			mu.Lock()
			defer mu.Unlock()
			if out[repository] = kept; err != nil && cfg.Warn != nil {
				cfg.Warn(redact.Text(err.Error()))
			}
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	return out
}
