package match

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// The groups are those that the projects have in Maven's repository, and the names those of their bundles, modules and classes.
func TestGoesWith(t *testing.T) {
	t.Parallel()
	tests := []struct {
		group, artifact, name string
		want                  bool
	}{
		{"org.yaml", "snakeyaml", "org.yaml.snakeyaml", true},
		{"org.apache.logging.log4j", "log4j-core", "org.apache.logging.log4j.core", true},
		{"com.google.zxing", "core", "com.google.zxing", true},
		{"com.fasterxml.jackson.core", "jackson-databind", "com.fasterxml.jackson.databind", true},
		{"com.google.guava", "guava", "com.google.common", true},
		{"org.apache.tomcat.embed", "tomcat-embed-core", "org.apache.catalina", true},
		{"org.apache.xmlgraphics", "batik-dom", "org.apache.batik.dom", true},
		{"commons-io", "commons-io", "org.apache.commons.io", true},
		{"ant", "ant", "org.apache.tools.ant", false},
		{"ant", "ant", "org.eclipse.jgit.ant", false},
		{"mysql", "mysql-connector-java", "com.mysql.cj", true},
		{"com.squareup.okhttp3", "okhttp", "okhttp3.internal", true},
		{"org.scala-lang", "scala-library", "scala", true},
		{"org.quartz-scheduler", "quartz", "org.quartz", true},
		{"net.java.dev.jna", "jna", "com.sun.jna", true},

		{"com.alibaba.nacos", "common", "com.alibaba.shop", false},
		{"com.acme.security", "security-core", "com.shop.security", false},
		{"com.acme.shop.api", "api", "com.acme.stock.api", false},
		{"com.github.shop", "kubernetes", "com.github.stock.kubernetes", false},
		{"com.github.shop.kubernetes", "kubernetes", "com.github.shop.stock", true},
		{"com.github.shop", "kubernetes", "com.github.kubernetes", false},
		{"com.shop.cloud", "kubernetes", "com.shop.kubernetes", true},
		{"org.springframework", "spring-core", "com.shop.core", false},
		{"commons-io", "commons-io", "com.shop.io", false},
		{"com.acme", "core", "com.shop", false},
		{"net.sf.ehcache", "ehcache", "org.apache.shiro.cache", false},
		{"net.sf", "x", "net.sf.y", true},
		{"org.acme.java", "x", "java.util", false},
		{"com.github.shop", "kubernetes", "com.shop", false},
		{"com.okhttp3.client", "x", "okhttp3.internal", false},
		{"com.squareup.moshi", "moshi", "com.shop.stock", false},
		{"com.acme.shop", "stock_2.13", "com.acme.stock", true},
		{"ant", "ant", "x", false},
	}
	for _, tt := range tests {
		if got := goesWith(tt.group, tt.artifact, tt.name); got != tt.want {
			t.Errorf("goesWith(%s, %s, %s) = %t, want %t", tt.group, tt.artifact, tt.name, got, tt.want)
		}
	}
}

// clued is a package of Java that was found with clues, as artifacts, their parts and names of classes.
func clued(name string, artifacts, parts []string, classes ...string) inventory.Package {
	p := inventory.Package{
		Package: finding.Package{Name: name, Version: "1.0", Type: string(pkg.JavaPkg), PURL: "pkg:maven/" + name + "/" + name + "@1.0"}, Path: "/app/" + name + ".jar", State: finding.Visible,
	}
	p.Details.Language, p.Details.Clues = pkg.Java, inventory.Clues{Artifacts: artifacts, Parts: parts}
	for _, in := range classes {
		p.Details.Clues.Names = append(p.Details.Clues.Names, inventory.Clue{Name: in, From: inventory.FromClasses})
	}
	return p
}

// An archive of Java that does not declare its group is looked up by those that go with what it says of itself, and the finding says which and why.
func TestGuesses(t *testing.T) {
	t.Parallel()
	known := []string{"org.yaml:snakeyaml", "com.acme:core", "org.apache.ant:ant", "left:left", "Org.Case:Mixed"}
	var all []advisory
	for i, name := range known {
		all = append(all, advisory{fmt.Sprintf("ACME-%d", i), "Maven", name, "0", "2.0"})
	}
	bundle := clued("a", nil, []string{"snakeyaml"})
	bundle.Details.Clues.Names = []inventory.Clue{{Name: "org.yaml.snakeyaml", From: "Bundle-SymbolicName"}}
	tests := []struct {
		name string
		p    inventory.Package
		want []string
	}{
		{"by classes", clued("snakeyaml", []string{"snakeyaml-1.0", "snakeyaml"}, nil, "com.shop", "org.yaml.snakeyaml"), []string{"ACME-0 It is taken for org.yaml:snakeyaml, since it does not declare its group, and has classes in org.yaml.snakeyaml"}},
		{"by a bundle", bundle, []string{"ACME-0 It is taken for org.yaml:snakeyaml, since it does not declare its group, and its Bundle-SymbolicName is org.yaml.snakeyaml"}},
		{"by classes of others", clued("core", []string{"core"}, nil, "com.shop.core"), nil},
		{"without clues", clued("snakeyaml", nil, nil), nil},
		{"without a name", clued("snakeyaml", []string{"snakeyaml"}, nil), nil},
		{"by a part, of what it goes with", clued("shop", []string{"shop-ant"}, []string{"ant"}, "org.apache.tools.ant.shop"), nil},
		{"by a part, of its own group", clued("shop", []string{"lib"}, []string{"ant"}, "org.apache.ant.tasks"), []string{"ACME-2 It is taken for org.apache.ant:ant, since it does not declare its group, and has classes in org.apache.ant.tasks"}},
		{"by its name alone", clued("left", []string{"left"}, []string{"left"}), []string{"ACME-3 It is taken for left:left, since it does not declare its group, and is called so"}},
		{"by a part, of a group of one word", clued("shop", []string{"lib"}, []string{"left"}, "left.tasks"), nil},
		{"by its name, which it declares", clued("left", nil, nil), []string{"ACME-3 "}},
		{"in other letters", clued("mixed", []string{"mixed"}, nil, "org.case"), nil},
		{"in other letters of the artifact", clued("mixed", []string{"mixed"}, nil, "Org.Case"), []string{"ACME-4 It is taken for Org.Case:Mixed, since it does not declare its group, and has classes in Org.Case"}},
	}
	db := advisories(t, all...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := &inventory.Inventory{Packages: []inventory.Package{tt.p}}
			target := asked(finding.Cover{})
			target.Expect = func([]string) error { return nil }
			target.Exploitation = func([]string) (map[string]finding.Exploitation, error) { return nil, nil }
			target.Coordinates = func(context.Context) ([]string, error) { return known, nil }
			result, err := Find(t.Context(), inv, db, target)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range result.Findings {
				if f.Vulnerability != nil {
					got = append(got, f.ID+" "+f.Vulnerability.Guess)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Find() (-want +got):\n%s", diff)
			}
		})
	}
}

// The database is asked for its packages of Maven where a package needs them, once, and what it fails to answer is a failure.
func TestGuessesAreAskedFor(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk I/O error")
	java := clued("snakeyaml", []string{"snakeyaml"}, nil, "org.yaml")
	for _, tt := range []struct {
		name     string
		packages []inventory.Package
		answer   error
		asked    int
		wantErr  string
	}{
		{"no package of Java", []inventory.Package{of(pkg.NpmPkg, "", nil)}, broken, 0, ""},
		{"two without a group", []inventory.Package{java, java}, nil, 1, ""},
		{"that cannot be read", []inventory.Package{java}, broken, 1, "asking for the packages of Maven: disk I/O error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target, count := asked(finding.Cover{}), 0
			target.Expect = func(names []string) error {
				if tt.answer == nil && !slices.Contains(names, "org.yaml:snakeyaml") {
					t.Errorf("expected are %q", names)
				}
				return nil
			}
			target.Coordinates = func(context.Context) ([]string, error) { count++; return []string{"org.yaml:snakeyaml"}, tt.answer }
			_, err := Find(t.Context(), &inventory.Inventory{Packages: tt.packages}, without{}, target)
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) || count != tt.asked {
				t.Errorf("Find() = %v after %d questions, want %q after %d", err, count, tt.wantErr, tt.asked)
			}
		})
	}
}

// One name is guessed once, by whatever it may be, and nothing is guessed of what is no package of the inventory.
func TestGuessesOfOne(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk I/O error")
	inv := &inventory.Inventory{Packages: []inventory.Package{clued("snakeyaml", []string{"snakeyaml", "SnakeYAML"}, []string{"snakeyaml"}, "org.yaml", "com.acme.snakeyaml")}}
	answering := func(err error) *guesses {
		target := asked(finding.Cover{})
		target.Coordinates = func(context.Context) ([]string, error) {
			return []string{"org.yaml:snakeyaml", "com.acme:snakeyaml"}, err
		}
		return newGuesses(t.Context(), inv, target)
	}
	g := answering(nil)
	if all, err := g.of("0"); len(all) != 2 || all[0].name != "org.yaml:snakeyaml" || all[1].name != "com.acme:snakeyaml" || err != nil {
		t.Errorf("of() = %+v, %v, want org.yaml:snakeyaml and com.acme:snakeyaml", all, err)
	}
	if all, err := g.of("other"); len(all) > 0 || err != nil {
		t.Errorf("of() what is no package = %+v, %v, want nothing", all, err)
	}
	if all, err := (*guesses)(nil).of("0"); len(all) > 0 || err != nil {
		t.Errorf("of() without any = %+v, %v, want nothing", all, err)
	}
	if why, err := answering(broken).because("0", "org.yaml:snakeyaml"); !errors.Is(err, broken) {
		t.Errorf("because() = %q, %v, want %v", why, err, broken)
	}
}
