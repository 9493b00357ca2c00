package finding

import (
	"cmp"
	"fmt"
	"strings"
)

// Coverage is something that could not be judged: what is wrong with it is not known, and it may not pass for clean by that.
// The subject is the field that the gap is about; a file is the finding's own Path.
type Coverage struct {
	Gap          Gap      `json:"gap"`
	Package      *Package `json:"-"`                      // beside the finding's identifier in JSON; see Finding.MarshalJSON
	Ecosystem    string   `json:"ecosystem,omitempty"`    // syft's package type, such as npm or R-package
	Distribution string   `json:"distribution,omitempty"` // os-release ID and version, such as debian 12, or debian 12 on debian 11
	Advisories   int      `json:"advisories,omitempty"`   // how many the database has, where they are too few
	Count        int      `json:"count"`                  // how many packages or files are not judged; 0 where that is not known
	// Reason says of files why they were not read and of another release which packages are of it, in one sentence without a full stop;
	// empty for other gaps.
	Reason string `json:"reason,omitempty"`
}

// GoWithoutModules is the reason why a program of Go is not read from which the list of its modules was taken.
const GoWithoutModules = "a program of Go without what Go writes into it about its modules"

// Gap says why something could not be judged.
type Gap string

// The gaps.
const (
	// GapNoPackages is an image in which no package was found.
	GapNoPackages Gap = "no-packages"
	// GapNoSystemPackages is an image that names its distribution and has none of its packages.
	GapNoSystemPackages Gap = "no-system-packages"
	// GapDistribution is a distribution about which the database has nothing.
	GapDistribution Gap = "unknown-distribution"
	// GapRelease is a release about which the database has nothing, of a distribution that it knows.
	GapRelease Gap = "unknown-release"
	// GapMixed is a system with packages of a newer release of its distribution than its own, or of another distribution of its family.
	GapMixed Gap = "mixed-releases"
	// GapEcosystem is a type of packages about which the database has nothing.
	GapEcosystem Gap = "unknown-ecosystem"
	// GapFew is a release or a type of packages about which the database has fewer advisories than one that covers it.
	GapFew Gap = "few-advisories"
	// GapUnpublished is a type of packages for which nobody publishes advisories. It blocks only where a policy names it: no database would help.
	GapUnpublished Gap = "unpublished-ecosystem"
	// GapVersion is a package with advisories whose version cannot be compared with theirs.
	GapVersion Gap = "incomparable-version"
	// GapUnreadableFile is a file that says it is a package, or holds some, and could not be read.
	GapUnreadableFile Gap = "unreadable-file"
	// GapUnreadFormat is a file of a form that is known to hold packages and is not read.
	GapUnreadFormat Gap = "unread-format"
	// GapUnidentified is software of which nothing that is read says which packages and versions it is.
	GapUnidentified Gap = "unidentified-software"
)

// Quiet tells whether a gap blocks only where a policy names it: no database would close it, or images have it that are in order.
func (g Gap) Quiet() bool { return g == GapUnpublished || g == GapUnidentified }

// Gaps lists every gap.
func Gaps() []Gap {
	return []Gap{GapNoPackages, GapNoSystemPackages, GapDistribution, GapRelease, GapMixed, GapEcosystem, GapFew, GapUnpublished, GapVersion, GapUnreadableFile, GapUnreadFormat, GapUnidentified}
}

// gapWords is how reports speak of a gap.
type gapWords struct {
	title  string // a few words, before the subject
	why    string // one sentence without a full stop
	remedy string // what to do, one sentence without a full stop
	action string // the same with the subject as %s; empty where remedy says it for every subject
}

func (g Gap) words() gapWords {
	switch g {
	case GapNoPackages:
		return gapWords{"no package was found", "Layergate found no package in the image, so that there was nothing to look up",
			"keep the packages' metadata in the image, or build the program so that it names its modules", ""}
	case GapNoSystemPackages:
		return gapWords{"no system package was recognised", "The image names its distribution and has none of its packages where the package manager keeps them",
			"keep the package manager's database in the image, or do not name a distribution", ""}
	case GapDistribution:
		return gapWords{"no advisories for the distribution", "The advisory database has nothing about this distribution: vulnerabilities of its packages are not found",
			"base the image on a distribution that the database knows, or use a database that has its advisories",
			"base the image on a distribution that the database knows, or use a database that has advisories for %s"}
	case GapRelease:
		return gapWords{"no advisories for the release", "The advisory database has nothing about this release of the distribution: vulnerabilities of its packages are not found",
			"base the image on a release that the database knows, or use a newer database",
			"base the image on a release that the database knows, or use a newer database that knows %s"}
	case GapMixed:
		return gapWords{"packages of another release than the system's", "Packages that name a newer release are judged by its advisories; the rest is judged by the system's own, and may be of the other one, too",
			"build the image on the release that these packages are of, or install those of its own, and keep the os-release that they bring",
			"build the image on one release in place of %s"}
	case GapEcosystem:
		return gapWords{"no advisories for packages of the type", "The advisory database has nothing about packages of this type: their vulnerabilities are not found",
			"use a database that has advisories for them", "use a database that has advisories for packages of the type %s"}
	case GapFew:
		return gapWords{"too few advisories", "The advisory database has far fewer advisories about these packages than are published: most of their vulnerabilities are not found",
			"use a complete database, and keep the advisories of your own beside it",
			"use a complete database for %s, and keep the advisories of your own beside it"}
	case GapUnpublished:
		return gapWords{"nobody publishes advisories for packages of the type", "No advisories are published for packages of this type: their vulnerabilities are not found",
			"follow the projects that they come from", "follow the projects that packages of the type %s come from"}
	case GapVersion:
		return gapWords{"version that cannot be compared", "The package has advisories, and its version does not follow the rules by which they say what is affected",
			"install a released version, or look the package up by hand", "install a released version in place of %s, or look it up by hand"}
	case GapUnreadableFile:
		return gapWords{"package file that could not be read", "The file says that it is a package or holds some, and could not be read: what it brings is not known",
			"repair the file, or remove it from the image", "repair %s, or remove it from the image"}
	case GapUnreadFormat:
		return gapWords{"package format that is not read", "Files of this form hold packages, and Layergate does not read them: what they bring is not known",
			"remove the file from the image, or install its packages in the usual form",
			"remove %s from the image, or install its packages in the usual form"}
	case GapUnidentified:
		return gapWords{"software that was not identified", "The files hold software, and nothing that Layergate reads says which packages and versions: their vulnerabilities are not found",
			"install it in a form that keeps names and versions, or remove it from the image",
			"install what is in %s in a form that keeps names and versions, or remove it from the image"}
	}
	return gapWords{title: "something could not be judged"}
}

// words are those of the gap, and of what is the way out for a program alone.
func (c Coverage) words() gapWords {
	w := c.Gap.words()
	if c.Gap == GapUnreadFormat && c.Reason == GoWithoutModules {
		w.remedy = "build the program again, with modules and with its section .go.buildinfo, or remove it from the image"
		w.action = "build %s again, with modules and with its section .go.buildinfo, or remove it from the image"
	}
	return w
}

// Remedy says what to do about the gap, in one sentence without a full stop.
func (c Coverage) Remedy() string { return c.words().remedy }

// Action says what to do about the gap, and names its subject; path is the finding's. It is one sentence without a full stop.
func (c Coverage) Action(path string) string {
	w := c.words()
	if subject := c.Subject(path); subject != "" && w.action != "" {
		return fmt.Sprintf(w.action, subject)
	}
	return w.remedy
}

// NewCoverage makes the finding of a gap, with its words. The caller adds the place; path is that of the file that the gap
// is about, or empty.
func NewCoverage(c Coverage, path string) Finding {
	w := c.Gap.words()
	f := Finding{Kind: KindCoverage, ID: string(c.Gap), Title: w.title, Summary: w.why, URLs: []string{}, Path: path, Coverage: &c}
	if c.Gap == GapFew {
		f.Title += fmt.Sprintf(" (%d)", c.Advisories)
	}
	if s := c.Subject(path); s != "" {
		f.Title += ": " + s
	}
	return f
}

// Subject names what the gap is about; path is the finding's. It is empty where that is the whole image.
func (c Coverage) Subject(path string) string {
	switch c.Gap {
	case GapNoSystemPackages, GapDistribution, GapRelease, GapMixed:
		return c.Distribution
	case GapEcosystem, GapUnpublished:
		return c.Ecosystem
	case GapFew:
		return cmp.Or(c.Distribution, c.Ecosystem)
	case GapVersion:
		if c.Package != nil {
			return strings.TrimSpace(c.Package.Name + " " + c.Package.Version)
		}
	case GapUnreadableFile, GapUnreadFormat, GapUnidentified:
		return path
	}
	return ""
}
