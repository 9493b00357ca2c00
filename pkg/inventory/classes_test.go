package inventory_test

import (
	"testing"

	grypepkg "github.com/anchore/grype/grype/pkg"

	"github.com/layergate/layergate/pkg/imagetest"
)

// An archive of Java of which only its name says what it is is looked up by the group that its classes are in, too.
func TestGroupByClasses(t *testing.T) {
	t.Parallel()
	const plain = "Manifest-Version: 1.0\n"
	core := []string{"META-INF/MANIFEST.MF", plain, "org/apache/logging/log4j/core/A.class", "x", "org/apache/logging/log4j/core/net/B.class", "x", "META-INF/versions/9/org/apache/logging/log4j/core/A.class", "x", "module-info.class", "x"}
	with := func(members ...string) string { return jar(t, append(members, core...)...) }
	tests := []struct {
		name  string
		files []imagetest.File
		want  string // the group, which is the name where nothing says it
	}{
		{"by its classes", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with())}, "org.apache.logging.log4j"},
		{"inside another", []imagetest.File{file("opt/a.war", jar(t, "META-INF/MANIFEST.MF", plain, "WEB-INF/lib/log4j-core-2.14.1.jar", with()))}, "org.apache.logging.log4j"},
		{"by another name", []imagetest.File{file("opt/a.war", jar(t, "META-INF/MANIFEST.MF", plain, "WEB-INF/log4j-core-2.14.1.dat", with()))}, "org.apache.logging.log4j"},
		{"through a link", []imagetest.File{file("srv/data", with()), symlink("opt/log4j-core-2.14.1.jar", "/srv/data")}, "org.apache.logging.log4j"},
		{"below a directory with a colon", []imagetest.File{file("opt/a:b/log4j-core-2.14.1.jar", with())}, "org.apache.logging.log4j"},
		{"inside another below a directory with a colon", []imagetest.File{file("opt/a:b/a.war", jar(t, "META-INF/MANIFEST.MF", plain, "WEB-INF/lib/log4j-core-2.14.1.jar", with()))}, "org.apache.logging.log4j"},
		{"with classes of its own", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("com/shop/A.class", "x"))}, "log4j-core"},
		{"with a class in no package", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("A.class", "x"))}, "log4j-core"},
		{"with a manifest that says the group", []imagetest.File{file("opt/log4j-core-2.14.1.jar", jar(t, "META-INF/MANIFEST.MF", plain+"Implementation-Vendor-Id: com.example\n", "org/apache/logging/log4j/core/A.class", "x"))}, "com.example"},
		{"of which Maven says the group", []imagetest.File{file("opt/log4j-core-2.14.1.jar", with("META-INF/maven/log4j-core/log4j-core/pom.properties", "groupId=log4j-core\nartifactId=log4j-core\nversion=2.14.1\n"))}, "log4j-core"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := "missing"
			for _, p := range take(t, tt.files).Matchables() {
				if m, ok := p.Metadata.(grypepkg.JavaMetadata); ok && p.Name == "log4j-core" {
					got = m.PomGroupID
				}
			}
			if got != tt.want {
				t.Errorf("the group is %q, want %q", got, tt.want)
			}
		})
	}
}
