package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/event"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/transport"
)

// eventsToken is the variable of the token that events are sent with.
const eventsToken = "LAYERGATE_EVENTS_TOKEN"

// secretPath is how many characters of an address behind its host make it one that may hold a secret, and is hidden wherever it stands.
const secretPath = 16

// eventTarget takes events. Its name is shown, and holds no secret.
type eventTarget interface {
	fmt.Stringer
	Send(ctx context.Context, events ...event.Event) error
}

// eventTarget is what the events go to; nil for nothing. A place that cannot take them is a wrong request, before any image is read. What a run
// reads is given: no event is added to it.
func (c *command) eventTarget(in *input.Values, read []string) (eventTarget, error) {
	to, spelled := in.String("events"), in.Spell("events")
	if to == "" {
		return nil, nil
	}
	lower := strings.ToLower(to)
	if strings.Contains(to, "://") || strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") {
		return c.receiver(in, to)
	}
	if to == "-" {
		return nil, fault.Request(fmt.Errorf("%s - names no file", spelled), "name a file or an address; layergate audit --output cloudevents prints events")
	}
	if leavesProject(filepath.Dir(to)) {
		return nil, fault.Request(fmt.Errorf("%s %s leads through a link out of the project, and nothing is written there", spelled, to), "name the file by its own path")
	}
	if p, _ := c.place(); isReport(to, p.dir) { // the error was told when the run began
		return nil, fault.Request(fmt.Errorf("%s %s is the name of a report in the run's own directory", spelled, to), "name a file elsewhere")
	}
	if info, err := os.Lstat(to); err == nil && isOneOf(info, read) {
		return nil, fault.Request(fmt.Errorf("%s %s would be added to what the run is to read", spelled, to), "name another file")
	}
	file, err := event.OpenFile(to)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spelled, err)
	}
	return file, nil
}

// receiver is an address that takes events. All of it but the host may be secret, and is hidden from here on.
func (c *command) receiver(in *input.Values, address string) (eventTarget, error) {
	c.platform.Mask(address)
	if u, err := url.Parse(address); err == nil && len(u.RequestURI()) >= secretPath {
		c.platform.Mask(u.RequestURI())
		if len(u.EscapedPath()) >= secretPath {
			c.platform.Mask(u.EscapedPath())
		}
	}
	token := strings.TrimSpace(c.env.Named(eventsToken)) // files end with a line end
	if token != "" {
		c.platform.Mask(token)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fault.Request(fmt.Errorf("%s holds characters that no token has", eventsToken), "set it to the token alone (RFC 6750, section 2.1)")
	}
	cfg, err := c.outsideConfig(in)
	if err != nil {
		return nil, err
	}
	cfg.Limits = transport.Limits{Answer: 20 * time.Second} // it is asked again
	outside, err := transport.New(cfg)                      // and not by c.reach, which tells the debug log of paths
	if err != nil {
		return nil, err
	}
	receiver, err := event.NewReceiver(event.Config{Address: address, Token: token, Transport: outside, UserAgent: "layergate/" + toolVersion()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Spell("events"), err)
	}
	return receiver, nil
}

// tell sends the events of verdicts, when all else is done. What keeps it from that is an error, and changes no verdict: the outputs and
// reports say what they said, and a run that would have ended clean ends unfinished.
func (c *command) tell(ctx context.Context, events ...event.Event) {
	if c.events == nil {
		return
	}
	c.phases.begin("sending events")
	err := c.events.Send(ctx, events...)
	c.phases.begin("")
	if err == nil {
		fmt.Fprintf(c.platform.LogWriter(), "told %s of %s\n", c.events, english.Plural(len(events), "verdict", ""))
		return
	}
	err = fmt.Errorf("telling %s of the verdict: %w", c.events, ended(ctx, err))
	ci.Error(c.platform, c.afterPush(redact.Error(err)))
	for _, hint := range fault.SpelledHints(err, c.spell()) {
		fmt.Fprintln(c.log, "hint: "+redact.Text(hint))
	}
	if c.exit == exitClean {
		c.exit = exitUndecided
	}
}

// judged is what the event about an image says that was scanned or pushed: what an audit says of it, and what only a run knows.
type judged struct {
	audit.Entry
	ImageID  string          `json:"imageId,omitempty"` // digest of the configuration; empty for an image of several platforms
	Pushed   []string        `json:"pushed"`            // references that lead to it now
	Policy   string          `json:"policy"`            // digest of the policy
	Database report.Database `json:"database,omitzero"`
}

// verdictEvent is the event about an image that a command has judged, and that was pushed where the references say.
func verdictEvent(command string, req gate.Request, result *gate.Result, pushed []string) event.Event {
	rep, at := result.Report, time.Now()
	if pushed == nil {
		pushed = []string{}
	}
	img := audit.Image{Digest: rep.Digest()}
	references := result.References()
	if ref := reference(req.Image); len(references) == 0 && ref != "" {
		references = []string{ref}
	}
	for n, text := range references {
		ref := imageref.Split(text)
		if n == 0 {
			img.Repository = ref.Repository
		}
		if ref.Tag != "" {
			img.Names = append(img.Names, ref.Repository+":"+ref.Tag)
		}
	}
	data := judged{
		Entry: audit.NewEntry(img, audit.Seen{Report: rep, Created: result.Created()}, at), ImageID: rep.ImageID(), Pushed: pushed,
		Policy: rep.Policy.Digest(), Database: rep.Database,
	}
	return event.New(event.Verdict{Command: command, Repository: img.Repository, Name: rep.Series, Digest: img.Digest, Outcome: string(data.Outcome), At: at}, data)
}
