package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// What an archive of Java says of itself is kept where it does not declare its group, whatever it is called and wherever it lies.
func TestClues(t *testing.T) {
	t.Parallel()
	const plain = "Manifest-Version: 1.0\n"
	core := []string{"org/apache/logging/log4j/core/A.class", "x", "org/apache/logging/log4j/core/net/B.class", "x", "META-INF/versions/9/other/A.class", "x", "module-info.class", "x"}
	with := func(manifest string, members ...string) string {
		return jar(t, slices.Concat([]string{"META-INF/MANIFEST.MF", plain + manifest}, members, core)...)
	}
	in := func(name string) string { return jar(t, "META-INF/MANIFEST.MF", plain, name, with("")) }
	const (
		called  = "[log4j-core-2.14.1 log4j-core] "
		classes = "classes=org.apache.logging.log4j.core "
		alone   = called + classes + "[log4j-core]"
	)
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("a%02d/b/A.class", i), "x", fmt.Sprintf("a%02d/b/B.class", i), "x", fmt.Sprintf("b%02d/b/A.class", i), "x")
	}
	long := strings.Repeat("x", 201)
	tests := []struct {
		name  string
		files []imagetest.File
		want  string // the artifacts, the names with what says them, and the other artifacts
	}{
		{"by its classes", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with(""))}, alone},
		{"inside another", []imagetest.File{file("opt/a.war", in("WEB-INF/lib/log4j-core-2.14.1.jar"))}, alone},
		{"by another name", []imagetest.File{file("opt/a.war", in("WEB-INF/log4j-core-2.14.1.dat"))}, alone},
		{"through a link", []imagetest.File{file("srv/data", with("")), symlink("opt/log4j-core-2.14.1.jar", "/srv/data")}, alone},
		{"below a directory with a colon", []imagetest.File{file("opt/a:b/log4j-core-2.14.1.jar", with(""))}, alone},
		{"inside another below a directory with a colon", []imagetest.File{file("opt/a:b/a.war", in("WEB-INF/lib/log4j-core-2.14.1.jar"))}, alone},
		{"with classes of others", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "com/shop/A.class", "x", "A.class", "x", "bsh/A.class", "x"))}, called + classes + "classes=bsh classes=com.shop [log4j-core]"},
		{"with classes of no package", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "com/shop/A.class", "x", "A.class", "x", "B.class", "x", "C.class", "x"))}, called + classes + "classes=com.shop [log4j-core]"},
		{"with packages whose names begin alike", []imagetest.File{file("opt/a-1.jar", jar(t, "META-INF/MANIFEST.MF", plain, "com/shop/api/A.class", "x", "com/shop/app/A.class", "x", "com/shop/app/b/A.class", "x"))}, "[a-1 a] classes=com.shop [a]"},
		{"with many classes in few places", []imagetest.File{file("opt/log4j-core-2.14.1.jar", jar(t, append(many, "META-INF/MANIFEST.MF", plain)...))},
			called + "classes=a00.b classes=a01.b classes=a02.b classes=a03.b classes=a04.b classes=a05.b classes=a06.b classes=a07.b classes=a08.b classes=a09.b classes=a10.b classes=a11.b classes=a12.b classes=a13.b classes=a14.b classes=a15.b [log4j-core]"},
		{"with a manifest that says more", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("Bundle-SymbolicName: org.apache.logging.log4j.core;singleton:=true\nAutomatic-Module-Name: org.apache.log\nImplementation-Vendor-Id: org.acme\nImplementation-Vendor: The Shop\nImplementation-Title: log4j\nBundle-Name: A Logger\n"))},
			called + classes + "Automatic-Module-Name=org.apache.log Implementation-Vendor-Id=org.acme [log4j org.apache.logging.log4j.core core log4j-core]"},
		{"by a bundle's name alone", []imagetest.File{file("opt/a.jar", jar(t, "META-INF/MANIFEST.MF", plain+"Bundle-SymbolicName: org.yaml.snakeyaml\nBundle-Version: 1.33\n"))}, "[a] Bundle-SymbolicName=org.yaml.snakeyaml [org.yaml.snakeyaml snakeyaml yaml-snakeyaml a]"},
		{"with names without an end", []imagetest.File{file("opt/a-1.jar", jar(t, "META-INF/MANIFEST.MF", plain+"Bundle-SymbolicName: org."+long+"\nAutomatic-Module-Name: "+long+"\nImplementation-Title: "+long+"\n"))}, "[a-1 a] [a]"},
		{"with numbers in its name", []imagetest.File{file("opt/log4j-1.2-api-2.17.1.jar", jar(t, "META-INF/MANIFEST.MF", plain))}, "[log4j-1.2-api-2.17.1 log4j-1.2-api] [log4j]"},
		{"with a qualifier in its version", []imagetest.File{file("opt/a-1.0-beta-2.jar", jar(t, "META-INF/MANIFEST.MF", plain))}, "[a-1.0-beta-2 a a-1.0-beta] [a]"},
		{"of which Maven says the group", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "META-INF/maven/log4j-core/log4j-core/pom.properties", "groupId=log4j-core\nartifactId=log4j-core\nversion=2.14.1\n"))}, ""},
		{"of which Maven says the artifact alone", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "META-INF/maven/log4j-core/log4j-core/pom.properties", "artifactId=log4j-core\nversion=2.14.1\n"))}, alone},
		{"with Maven's project", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "META-INF/maven/g/log4j-core/pom.xml", "<project><groupId>g</groupId><artifactId>log4j-core</artifactId><version>1</version></project>"))}, ""},
		{"with Maven's project of another", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "META-INF/maven/g/log4j-core/pom.xml", "<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent><artifactId>log4j-core</artifactId></project>"))}, ""},
		{"with Maven's project without a group", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("", "META-INF/maven/g/log4j-core/pom.xml", "<project><artifactId>log4j-core</artifactId><version>1</version></project>"))}, alone},
		{"none of Java", []imagetest.File{npm("app/node_modules/a", "a", "1.0.0")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := "missing"
			for _, p := range take(t, tt.files).Packages {
				c := p.Details.Clues
				if strings.HasPrefix(p.Path, "/opt/a.war") && p.Name == "a" {
					continue
				}
				got = fmt.Sprint(c.Artifacts, " ")
				for _, name := range c.Names {
					got += name.From + "=" + name.Name + " "
				}
				if got += fmt.Sprint(c.Parts); got == "[] []" {
					got = ""
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Clues (-want +got):\n%s", diff)
			}
		})
	}
}
