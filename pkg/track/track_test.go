package track_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/forgetest"
	"github.com/layergate/layergate/pkg/track"
)

const (
	token = "secret-token"
	app   = "registry.example/team/app"
	web   = "registry.example/team/web"
)

// world is a server, and a tracker that writes there.
type world struct {
	*testing.T
	server  *forgetest.Server
	tracker track.Tracker
}

const (
	gitHub = "GitHub"
	azure  = "Azure Boards"
)

// onBoth runs a test on a server of its own for each system.
func onBoth(t *testing.T, test func(w world)) {
	t.Helper()
	for _, system := range []string{gitHub, azure} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			test(start(t, system))
		})
	}
}

// start starts a server, with a tracker for one of its systems.
func start(t *testing.T, system string) world {
	t.Helper()
	server := forgetest.Start(token)
	t.Cleanup(server.Close)
	cfg := forge.Config{API: server.URL + "/api/v3", Token: token, Transport: http.DefaultTransport}
	var tracker track.Tracker
	var err error
	if system == gitHub {
		tracker, err = track.NewGitHub(cfg, server.URL+"/api/graphql", "team/app")
	} else {
		cfg.API = server.URL + "/collection/"
		tracker, err = track.NewAzureBoards(cfg, "project-id")
	}
	if err != nil {
		t.Fatal(err)
	}
	return world{t, server, tracker}
}

// update tells of an audit, and returns what was done.
func (w world) update(r *audit.Result) []string {
	w.Helper()
	done, err := w.try(r, false)
	if err != nil {
		w.Fatal(err)
	}
	return done
}

func (w world) try(r *audit.Result, preview bool) (done []string, err error) {
	err = track.Update(w.Context(), track.Config{
		Tracker: w.tracker, Preview: preview, Pause: func(context.Context) error { return nil },
		Told: func(c track.Change) { done = append(done, fmt.Sprintf("%s %d %s", c.Did, c.Number, c.Repository)) },
	}, r)
	return done, err
}

func (w world) want(got []string, want ...string) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("changes (-want +got):\n%s", diff)
	}
}

// clean is an image in which nothing is wrong.
func clean(name string) audit.Entry {
	repository, _, _ := strings.Cut(name, ":")
	return audit.Entry{Image: audit.Image{Repository: repository, Digest: "sha256:" + strings.Repeat("a", 64), Names: []string{name}}, Outcome: audit.Clean}
}

func blocked(name string, ids ...string) audit.Entry {
	e := clean(name)
	e.Outcome = audit.Blocked
	for _, id := range ids {
		e.Blocking = append(e.Blocking, audit.Blocker{ID: id, Severity: finding.SeverityHigh, Subject: "lodash 4.17.4", Fix: "4.17.21"})
		e.Counts.Add(finding.SeverityHigh)
	}
	return e
}

func undecided(name string) audit.Entry {
	e := clean(name)
	e.Outcome = audit.Undecided
	return e
}

// of is the result of an audit of team/**.
func of(images ...audit.Entry) *audit.Result {
	return &audit.Result{Scope: []string{"registry.example/team/**"}, Images: images}
}

// One issue for each repository is opened, changed where something else blocks, closed when nothing does, and opened again.
func TestUpdate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		w.want(w.update(of(clean(app + ":1"))))
		w.want(w.update(of(blocked(app+":1", "CVE-1"), clean(web+":1"))), "open 1 "+app)
		before := len(w.server.Requests())
		w.want(w.update(of(blocked(app+":1", "CVE-1"), clean(web+":1"))))
		for _, r := range w.server.Requests()[before:] {
			if strings.HasPrefix(r, "PATCH") {
				w.Errorf("nothing is new, and %s was written", r)
			}
		}
		w.want(w.update(of(blocked(app+":1", "CVE-1", "CVE-2"), blocked(web+":1", "CVE-1"))), "update 1 "+app, "open 2 "+web)
		w.want(w.update(of(clean(app+":1"), blocked(web+":1", "CVE-1"))), "close 1 "+app)
		w.want(w.update(of(clean(app+":1"), blocked(web+":1", "CVE-1"))))
		w.want(w.update(of(blocked(app+":1", "CVE-2"), blocked(web+":1", "CVE-1"))), "update 1 "+app)
		w.want(w.update(of(clean(app+":1"))), "close 1 "+app, "close 2 "+web)

		got := w.server.Tickets()
		if len(got) != 2 || got[0].Open || got[1].Open || got[0].Title != "Blocked: images of "+app {
			w.Fatalf("issues: %+v, want two that are closed", got)
		}
		if !strings.Contains(got[0].Body, "<li>high: <code>CVE-2 lodash 4.17.4</code>, fixed in <code>4.17.21</code>, in 1 image</li>") {
			w.Errorf("the body does not say what blocks:\n%s", got[0].Body)
		}
		want := []string{
			"<p>New: <code>CVE-2 lodash 4.17.4</code>.</p>",
			"All images of this repository that the audit looked at are clean.",
			"<p>Images of this repository are blocked, so that this is open again.</p>",
			"All images of this repository that the audit looked at are clean.",
		}
		if diff := cmp.Diff(want, got[0].Notes); diff != "" {
			w.Errorf("notes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"The registry keeps no image of this repository any more."}, got[1].Notes); diff != "" {
			w.Errorf("notes about the repository that is gone (-want +got):\n%s", diff)
		}
	})
}

// One that somebody closed is opened again while something blocks.
func TestClosedBySomebody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		w.update(of(blocked(app+":1", "CVE-1")))
		w.server.CloseTicket(1)
		w.want(w.update(of(blocked(app+":1", "CVE-1"))), "update 1 "+app)
		if !w.server.Tickets()[0].Open {
			w.Error("it is still closed")
		}
	})
}

// What is not known closes nothing.
func TestKeptOpen(t *testing.T) {
	t.Parallel()
	elsewhere := of(clean(web + ":1"))
	elsewhere.Scope = []string{web, "registry.example/other/**", "other.example/team/**"}
	unknown := undecided(app + ":1")
	unknown.Names, unknown.Repository = nil, ""
	for name, r := range map[string]*audit.Result{
		"an undecided image":                    of(undecided(app+":1"), clean(app+":2")),
		"an image that no part looked at":       of(clean(app+":2"), unknown),
		"no image, and that one is not known":   of(clean(web+":1"), unknown),
		"an audit of other repositories":        elsewhere,
		"an image that has another name in app": of(blocked(app+":1", "CVE-1")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w world) {
				w.update(of(blocked(app+":1", "CVE-1")))
				w.want(w.update(r))
			})
		})
	}
}

// An image counts for each repository that has a name of it.
func TestNamesInSeveralRepositories(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		both := blocked(app+":1", "CVE-1")
		both.Names = append(both.Names, web+":1")
		w.want(w.update(of(both)), "open 1 "+app, "open 2 "+web)
	})
}

// What somebody else wrote is left alone, whatever it says.
func TestPlanted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		w.update(of(blocked(app+":1", "CVE-1")))
		own := w.server.Tickets()[0]
		own.Author = forgetest.Other
		w.server.AddTicket(own)
		own.Author, own.Label = forgetest.Me, "another label"
		w.server.AddTicket(own)
		own.Label, own.Body = "layergate-audit", "a text without a marker"
		w.server.AddTicket(own)
		w.want(w.update(of(clean(app+":1"))), "close 1 "+app)
		w.want(w.update(of(clean(app + ":1"))))
	})
}

// A pull request is an issue to GitHub's API, and none to people.
func TestPullRequestIsNoIssue(t *testing.T) {
	t.Parallel()
	w := start(t, gitHub)
	w.update(of(blocked(app+":1", "CVE-1")))
	request := w.server.Tickets()[0]
	w.update(of(clean(app + ":1")))
	request.PullRequest = true
	w.server.AddTicket(request)
	w.want(w.update(of(clean(app + ":1"))))
}

// Of two of one repository the open one is kept, and of two that are open the older one.
func TestTwoOfOneRepository(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		w.update(of(blocked(app+":1", "CVE-1")))
		again := w.server.Tickets()[0]
		w.server.AddTicket(again)
		w.want(w.update(of(blocked(app+":1", "CVE-2"))), "update 1 "+app)
		w.server.CloseTicket(1)
		w.want(w.update(of(clean(app+":1"))), "close 2 "+app)
	})
}

// A text that only speaks of a marker has none.
func TestMarkerInText(t *testing.T) {
	t.Parallel()
	w := start(t, gitHub)
	w.update(of(blocked(app+":1", "CVE-1")))
	quoted := w.server.Tickets()[0]
	quoted.Body = "See " + quoted.Body
	w.want(w.update(of(clean(app+":1"))), "close 1 "+app)
	w.server.AddTicket(quoted)
	w.want(w.update(of(clean(app + ":1"))))
}

// Between two changes there is a pause, and one that does not end keeps from the rest.
func TestPause(t *testing.T) {
	t.Parallel()
	ended := errors.New("the run ended")
	onBoth(t, func(w world) {
		err := track.Update(w.Context(), track.Config{Tracker: w.tracker, Pause: func(context.Context) error { return ended }, Told: func(track.Change) {}},
			of(blocked(app+":1", "CVE-1"), blocked(web+":1", "CVE-1")))
		if !errors.Is(err, ended) || len(w.server.Tickets()) != 1 {
			w.Errorf("Update() = %v after %d changes, want the end after 1", err, len(w.server.Tickets()))
		}
	})
}

// A preview says what would be done, and does nothing.
func TestPreview(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		done, err := w.try(of(blocked(app+":1", "CVE-1")), true)
		if err != nil {
			w.Fatal(err)
		}
		w.want(done, "open 0 "+app)
		if got := w.server.Tickets(); len(got) != 0 {
			w.Errorf("it opened %+v", got)
		}
	})
}

// Texts of images stand in code elements, where they are neither markup nor mentions.
func TestHostileText(t *testing.T) {
	t.Parallel()
	const hostile = "<img src=x> @team #1 fixes #2\n\n# title --> </code> \x1b[2J\u202e [a](http://b.example)"
	e := blocked(app+":1", hostile)
	e.Names, e.Base = []string{app + ":" + hostile}, &audit.Base{Name: hostile}
	e.Blocking[0].Subject, e.Blocking[0].Fix = hostile, hostile
	onBoth(t, func(w world) {
		w.update(of(e))
		w.update(of(blocked(app+":1", "CVE-1")))
		e.Blocking[0].Subject = "@other"
		w.update(of(e))
		got := w.server.Tickets()[0]
		for _, text := range append([]string{got.Body}, got.Notes...) {
			outside := ""
			for i, part := range strings.Split(text, "<code>") {
				rest := part
				if i > 0 {
					_, rest, _ = strings.Cut(part, "</code>")
				}
				outside += rest
			}
			if strings.ContainsAny(strings.TrimPrefix(outside, "<!-- "), "@#[\x1b\u202e") || strings.Contains(text, "<img") || strings.Contains(text, "\n\n") {
				w.Errorf("text of an image is outside of code: %q", outside)
			}
		}
	})
}

// Many findings with long names fit into what the systems take, and it is said what is left out.
func TestLongBody(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 500 {
		ids = append(ids, fmt.Sprintf("CVE-%d %s", i, strings.Repeat("<", 1000)))
	}
	onBoth(t, func(w world) {
		w.update(of(blocked(app+":1", ids...)))
		got := w.server.Tickets()[0].Body
		if len(got) > 62_000 || !strings.Contains(got, "more, which the JSON of the audit has") {
			w.Errorf("a body of %d bytes, want one that fits and says what it leaves out", len(got))
		}
		w.update(of(blocked(app+":1", append(ids, "CVE-500")...)))
		if notes := w.server.Tickets()[0].Notes; len(notes) > 0 {
			w.Errorf("a body that left some out cannot tell what is new: %q", notes)
		}
	})
}

// More than one page of issues is read, and more work items than are answered at once.
func TestMany(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		for range 250 {
			w.server.AddTicket(forgetest.Ticket{Author: forgetest.Other, Label: "layergate-audit", Open: true})
		}
		w.want(w.update(of(blocked(app+":1", "CVE-1"))), "open 251 "+app)
		w.want(w.update(of(clean(app+":1"))), "close 251 "+app)
	})
}

// A refusal names the right that is missing, and keeps from the rest.
func TestRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w world) {
		w.server.Answer = func(wr http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/issues") && !strings.HasSuffix(r.URL.Path, "$Task") || r.Method == http.MethodGet {
				return false
			}
			http.Error(wr, `{"message": "Resource not accessible by integration"}`, http.StatusForbidden)
			return true
		}
		done, err := w.try(of(blocked(app+":1", "CVE-1"), blocked(web+":1", "CVE-1")), false)
		if err == nil || !strings.Contains(err.Error(), "keeping track of "+app) || len(done) > 0 {
			w.Fatalf("Update() = %v, %q, want the refusal", err, done)
		}
		if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "issues: write") && !strings.Contains(hints[0], "Edit work items") {
			w.Errorf("hints %q", hints)
		}
	})
}

// Somebody's change since the item was read is not overwritten.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := start(t, azure)
	w.update(of(blocked(app+":1", "CVE-1")))
	w.server.Answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			r.URL.Path = strings.Replace(r.URL.Path, "/1", "/2", 1)
		}
		return false
	}
	w.server.AddTicket(forgetest.Ticket{Author: forgetest.Me, Revision: 7})
	if _, err := w.try(of(clean(app+":1")), false); err == nil {
		w.Error("Update() of another revision = nil, want an error")
	}
}
