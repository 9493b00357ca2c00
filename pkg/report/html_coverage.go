package report

import "strconv"

// htmlCoverage is what was looked at on a platform.
type htmlCoverage struct {
	Title       string
	LookedUp    [][4]string // packages, number, files, advisories
	Files       string
	Executables [][3]string // path, size, layer
	Unread      [][3]string // path, layer, reason
	More        int         // of them that are not listed
}

func htmlCoverageOf(p *Platform) htmlCoverage {
	c := p.Coverage
	out := htmlCoverage{Title: htmlTitle(p), Files: upperFirst(c.filesSentence())}
	for _, l := range c.LookedUp {
		out.LookedUp = append(out.LookedUp, [4]string{printable(l.name()), strconv.Itoa(l.Packages), plural(l.Files, "file"), l.advisories()})
	}
	for _, e := range c.Executables.Largest {
		out.Executables = append(out.Executables, [3]string{printable(e.Path), size(e.Size), strconv.Itoa(e.Layer)})
	}
	unread, rest := firstOf(c.Unread, 100)
	out.More = rest
	for _, u := range unread {
		out.Unread = append(out.Unread, [3]string{printable(u.Path), strconv.Itoa(u.Layer), orDash(printable(u.Reason))})
	}
	return out
}
