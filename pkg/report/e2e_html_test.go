//go:build e2e

package report

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// The widths that the page is looked at in, in CSS pixels: a phone, half a screen, a screen.
var widths = []int64{420, 1024, 1600}

// browser is a tab of a headless Chromium, with what its console said.
type browser struct {
	context.Context
	t *testing.T

	place runtime.ExecutionContextID // where statements are evaluated; 0 is the page itself

	mu       sync.Mutex
	problems []string
	places   []*runtime.ExecutionContextDescription // of the page and its frames
}

// newBrowser starts Chromium, which .ci/setup installs.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	var program string
	for _, name := range []string{"chromium-headless-shell", "chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		if os.Getenv("LAYERGATE_E2E") == "required" {
			t.Fatal("there is no Chromium")
		}
		t.Skip("there is no Chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.NoSandbox) // root has no sandbox
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	b := &browser{Context: ctx, t: t}
	b.do() // starts it, for as long as the context lives
	if err := chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExecutionContextCreated:
			b.places = append(b.places, e.Context)
		case *log.EventEntryAdded: // what the page's policy forbids, too
			b.problems = append(b.problems, e.Entry.Text)
		case *runtime.EventExceptionThrown:
			b.problems = append(b.problems, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			b.problems = append(b.problems, fmt.Sprintf("console.%s", e.Type))
		}
	}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// call is a command of the DevTools protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// value evaluates an expression of JavaScript.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	out, err := chromedp.Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, func(p *runtime.EvaluateParams) { p.ContextID = b.place }))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// run evaluates a statement of JavaScript.
func (b *browser) run(statement string) {
	b.t.Helper()
	value[bool](b, "(() => { "+statement+"; return true; })()")
}

// open shows a report's page.
func (b *browser) open(r *Report) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), HTMLFile)
	if err := os.WriteFile(path, render(b.t, HTML, r), 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Navigate("file://" + path))
}

// look sets the width and the color scheme.
func (b *browser) look(width int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 1000))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Errorf("the console says: %s", p)
	}
}

// choose sets a filter, as a reader does.
func (b *browser) choose(name, word string) {
	b.t.Helper()
	b.run(fmt.Sprintf(`
		const select = document.querySelector('select[name=%s]');
		select.value = %q;
		select.dispatchEvent(new Event('input', { bubbles: true }))`, name, word))
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

func (b *browser) search(text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(`input[type=search]`), text))
}

// want compares what the rows that can be seen are about, when the filters are through.
func (b *browser) want(when string, want ...string) {
	b.t.Helper()
	got := value[[]string](b, `new Promise((done) => requestAnimationFrame(() => setTimeout(done))).then(() =>
		[...document.querySelectorAll('.group')].filter((row) => row.checkVisibility()).map((row) => row.querySelector('.what').firstChild.textContent.trim()))`)
	if !slices.Equal(got, want) {
		b.t.Errorf("%s: the page shows %q, want %q", when, got, want)
	}
}

// Each filter shows the findings that it says, and search finds packages, advisories, summaries and paths.
func TestHTMLFilters(t *testing.T) {
	b := newBrowser(t)
	b.open(shopReport())
	const gap = "nobody publishes advisories for packages of the type: R-package 1 package"
	all := []string{gap, "curl", "lodash", "libc6", "libssl3", "imagemagick", "axios", "zlib1g", "perl-base", "apt", "libc6", "log4j-core"}
	b.want("all", all...)
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"severity", func() { b.click(`input[value="severity:critical"]`) }, []string{"curl", "zlib1g", "log4j-core"}},
		{"base image", func() { b.choose("origin", "origin:base") }, []string{"libc6", "libssl3", "zlib1g", "perl-base", "apt", "libc6"}},
		{"own layers", func() { b.choose("origin", "origin:own") }, []string{"curl", "lodash", "imagemagick", "axios", "log4j-core"}},
		{"layer", func() { b.choose("layer", "layer:5") }, []string{"lodash", "axios"}},
		{"no fix", func() { b.choose("fix", "fix:no") }, []string{gap, "zlib1g", "perl-base", "apt", "libc6"}},
		{"state", func() { b.choose("state", "state:shadowed") }, []string{"log4j-core"}},
		{"kind", func() { b.choose("kind", "kind:coverage") }, []string{gap}},
		{"effect", func() { b.choose("effect", "effect:waived") }, []string{"zlib1g"}},
		{"change", func() { b.choose("baseline", "baseline:new") }, []string{"lodash", "axios", "log4j-core"}},
		{"package", func() { b.search("LODASH") }, []string{"lodash"}},
		{"advisory", func() { b.search("cve-2023-38545") }, []string{"curl"}},
		{"path and summary", func() { b.search("shop/node_modules forgery") }, []string{"axios"}},
		{"words apart", func() { b.search("lodash pollution prototype") }, []string{"lodash"}},
		{"phrase", func() { b.search(`"Prototype  pollution in" 4.17.15`) }, []string{"lodash"}},
		{"words that are no phrase", func() { b.search(`"pollution prototype"`) }, nil},
		{"instruction", func() { b.search(`"copy tools/report.jar"`) }, []string{"log4j-core"}},
		{"name of the base image", func() { b.search("node:22-bookworm-slim") }, []string{"libc6", "libssl3", "zlib1g", "perl-base", "apt", "libc6"}},
		{"nothing", func() { b.search("nothing of this name") }, nil},
		{"more in a layer", func() { b.click(`a[data-choose="layer:0"]`) }, []string{"libc6", "libssl3", "zlib1g", "perl-base", "apt", "libc6"}},
	} {
		step.do()
		b.want(step.name, step.want...)
		b.click(`button[type=reset]`)
		b.want("all after "+step.name, all...)
	}

	b.click(`input[value="severity:critical"]`)
	b.click(`input[value="severity:high"]`)
	b.choose("origin", "origin:own")
	b.want("two severities of one origin", "curl", "lodash", "log4j-core")
	if got := value[string](b, `shown.textContent`); got != "4 of 19 findings" {
		t.Errorf("the page says %q, want 4 of 19 findings", got)
	}
	b.click(`.margin a[href="#group-7"]`) // axios, which the filters hide
	b.want("all after a link to a hidden row", all...)
	if got := value[string](b, `document.querySelector('#group-7 details').open + ' ' + document.activeElement.closest('li').id`); got != "true group-7" {
		t.Errorf("the row that a link leads to is open and has the focus: %s, want true group-7", got)
	}
	b.quiet()
}

// Without its script the page shows all that it has, and no filter that does nothing.
func TestHTMLWithoutScript(t *testing.T) {
	b := newBrowser(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(shopReport())
	shown := map[string]int{}
	for _, name := range []string{"#filters", ".group", ".segment"} {
		shown[name] = value[int](b, `[...document.querySelectorAll('`+name+`')].filter((element) => element.checkVisibility()).length`)
	}
	if want := map[string]int{"#filters": 0, ".group": 12, ".segment": 9}; !maps.Equal(shown, want) {
		t.Errorf("without its script the page shows %v, want %v", shown, want)
	}
	b.quiet()
}

// axe finds nothing to object to, no width makes the page scroll sideways, and paper has all.
func TestHTMLForEverybody(t *testing.T) {
	source := axe(t)
	b := newBrowser(t)
	for name, r := range map[string]*Report{"shop": shopReport(), "policy": policyReport(), "clean": cleanReport(), "manifests": manifestsReport(), "hostile": hostileReport(), "mixed": mixedReport()} {
		for _, width := range widths {
			for _, scheme := range []string{"light", "dark"} {
				b.look(width, scheme)
				b.open(r)
				where := fmt.Sprintf("%s, %d pixels, %s", name, width, scheme)
				if got := value[int64](b, `document.documentElement.scrollWidth`); got > width {
					t.Errorf("%s: the page is %d pixels wide", where, got)
				}
				b.run(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`)
				// All is laid out, as it is for who scrolls there: what the browser has put off has places that are guessed, on top of others.
				b.run(`document.querySelectorAll('.group').forEach((g) => { g.style.contentVisibility = 'visible'; })`)
				if got := value[int64](b, `document.documentElement.scrollWidth`); got > width {
					t.Errorf("%s, unfolded: the page is %d pixels wide", where, got)
				}
				b.run(source)
				for _, v := range value[[]string](b, `axe.run().then((result) => result.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).slice(0, 3).join(' | ')))`) {
					t.Errorf("%s: %s", where, v)
				}
				if dir := os.Getenv("LAYERGATE_TEST_SCREENSHOTS"); dir != "" {
					b.open(r)
					b.screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)))
				}
			}
		}
	}
	b.quiet()
}

// axe is the source of axe-core, which is asked for from npm.
func axe(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	install := exec.Command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", dir, "axe-core@4.14.1")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm: %v\n%s", err, out)
	}
	source, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func (b *browser) screenshot(path string) {
	b.t.Helper()
	shot, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, shot, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Checks and secrets can be chosen by their kind, and are found by their rules.
func TestHTMLFiltersOfChecks(t *testing.T) {
	b := newBrowser(t)
	b.open(mixedReport())
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"checks", func() { b.choose("kind", "kind:check") }, "the image runs as root USER is not set"},
		{"secrets", func() { b.choose("kind", "kind:secret") }, "a secret is in the image an npm token"},
		{"a rule", func() { b.search("lg-img-001") }, "the image runs as root USER is not set"},
		{"the title of a rule", func() { b.search(`"secret is in the image"`) }, "a secret is in the image an npm token"},
	} {
		step.do()
		b.want(step.name, step.want)
		b.click(`button[type=reset]`)
	}
	b.quiet()
}

// A page of many findings opens and filters, one of too many with what it has room for. How long that takes is told and asserts nothing.
func TestHTMLOfManyFindings(t *testing.T) {
	b := newBrowser(t)
	for _, n := range []int{5_000, 80_000} {
		layers := shopLayers()
		r := base(layers...)
		var findings []finding.Finding
		for i := range n {
			p := npm(fmt.Sprintf("package-%d", i/2), "1.0.0", fmt.Sprintf("/srv/node_modules/package-%d/package.json", i/2))
			findings = append(findings, vulnerable(fmt.Sprintf("CVE-2026-%d", 10000+i), finding.Severities()[i%5], 5, layers[i%len(layers)], p, "2.0.0"))
		}
		judge(r, policy.Any, findings...)
		b.open(r)
		shown := min(n, maxOnPage)
		if got, want := value[string](b, `shown.textContent`), fmt.Sprintf("%d of %d findings", shown, shown); got != want {
			t.Errorf("the page says %q, want %q", got, want)
		}
		if got, want := value[bool](b, `document.body.textContent.includes('This page has')`), shown < n; got != want {
			t.Errorf("the page of %d findings says that it leaves some out: %v, want %v", n, got, want)
		}
		loaded := value[float64](b, `performance.getEntriesByType('navigation')[0].loadEventEnd`)
		took := value[float64](b, `(() => {
			const start = performance.now();
			document.querySelector('select[name=layer]').value = 'layer:3';
			document.querySelector('input[type=search]').value = 'package-1';
			filters.dispatchEvent(new Event('input'));
			return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))));
		})()`)
		if got := value[string](b, `shown.textContent`); !strings.HasSuffix(got, fmt.Sprintf("of %d findings", shown)) || strings.HasPrefix(got, fmt.Sprint(shown)) {
			t.Errorf("filtered, the page says %q", got)
		}
		t.Logf("%d findings: loaded after %.0f ms, filtered for the first time in %.0f ms", n, loaded, took)
	}
	b.quiet()
}

// TestHTMLPicture makes the picture of the page in the documentation, with -update.
func TestHTMLPicture(t *testing.T) {
	if !*update {
		t.Skip("the picture is made with -update")
	}
	b := newBrowser(t)
	b.do(chromedp.EmulateViewport(1100, 1240))
	b.open(shopReport())
	raw, err := chromedp.Run(b, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	shot, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, paletted(shot)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("..", "..", "docs", "images", "page.png"), small.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// paletted is an image in the 256 colors that it has most of, which takes a third of the bytes.
func paletted(of image.Image) image.Image {
	counts := map[color.Color]int{}
	for y := range of.Bounds().Dy() {
		for x := range of.Bounds().Dx() {
			counts[of.At(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(counts), func(a, b color.Color) int { return counts[b] - counts[a] })
	out := image.NewPaletted(of.Bounds(), colors[:min(len(colors), 256)])
	draw.Draw(out, out.Bounds(), of, image.Point{}, draw.Src)
	return out
}
