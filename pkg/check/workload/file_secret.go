package workload

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// placed is a secret of a file that is written into a manifest. Its line is 0 where it is not one of some text.
type placed struct {
	at workload.Place
	secret.Secret
}

// secretsOfFile finds the secrets of a file that is written into a manifest, by the names that it has there: in ConfigMaps, in Secrets and in Compose
// alike. The whole of it may also be a secret, which its name says.
func secretsOfFile(t workload.Text, names ...string) []placed {
	whole := func() []placed {
		for _, name := range names {
			if secret.IsKnown("/" + strings.TrimLeft(name, "/")) { // as .pgpass, whose name is that of a file
				continue
			}
			if s, ok := secret.Variable(name, t.Value); ok {
				s.Line = 0
				return []placed{{t.Place, s}}
			}
		}
		return nil
	}
	if !hasJSON.MatchString(t.Value) {
		if out := whole(); out != nil {
			return out
		}
	}
	var out []placed
	for _, s := range secret.Content(t.Value, names...) {
		out = append(out, placed{t.Place.TextLine(s.Line), s})
	}
	for _, inner := range document.Within(t) {
		for _, s := range ofSetting(inner) {
			if s.Line = 0; !slices.ContainsFunc(out, func(p placed) bool { return p.Name == s.Name && p.at.Line == inner.Place.Line }) {
				out = append(out, placed{inner.Place, s})
			}
		}
	}
	if len(out) == 0 {
		return whole()
	}
	return out
}

// hasJSON matches the beginning of an object or a list, whose own names say more than that of the file.
var hasJSON = regex.New(`[{\[]\s*["{\[\]}]`)

// mountedAt are the paths at which services of a Compose file have its configs, by the names of those.
func mountedAt(texts []workload.Text) map[string][]string {
	sources := map[string]string{} // by the path of the object that says both
	for _, t := range texts {
		if object, ok := strings.CutSuffix(t.Place.Path, ".source"); ok && t.In == "configs" {
			sources[object] = t.Value
		}
	}
	out := map[string][]string{}
	for _, t := range texts {
		if object, ok := strings.CutSuffix(t.Place.Path, ".target"); ok && sources[object] != "" {
			out[sources[object]] = append(out[sources[object]], t.Value)
		}
	}
	return out
}
