package inventory

import (
	"testing"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

func TestAsAssembly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		internal, name, purl string
		metadata             any
	}{
		{internal: "Newtonsoft.Json.dll", name: "Newtonsoft.Json", purl: "pkg:nuget/Newtonsoft.Json@13.0.1"},
		{internal: "Tool.EXE", name: "Tool", purl: "pkg:nuget/Tool@13.0.1"},
		{internal: "Newtonsoft.Json", name: "Newtonsoft.Json", purl: "pkg:nuget/Newtonsoft.Json@13.0.1"},
		{internal: "Newtonsoft.Bson", name: "Json.NET", purl: "pkg:nuget/Json.NET@13.0.1"},
		{internal: "CoreCLR", name: "Json.NET", purl: "pkg:nuget/Json.NET@13.0.1"},
		{internal: ".dll", name: "Json.NET", purl: "pkg:nuget/Json.NET@13.0.1"},
		{internal: "", name: "Json.NET", purl: "pkg:nuget/Json.NET@13.0.1"},
		{metadata: pkg.DotnetDepsEntry{Name: "a.dll"}, name: "Json.NET", purl: "pkg:nuget/Json.NET@13.0.1"},
	} {
		p := pkg.Package{
			Name: "Json.NET", Version: "13.0.1", PURL: "pkg:nuget/Json.NET@13.0.1", Metadata: tt.metadata,
			Locations: file.NewLocationSet(file.NewLocation("/app/newtonsoft.json.dll"), file.NewLocation("/app/CoreCLR.dll")),
		}
		if tt.metadata == nil {
			p.Metadata = pkg.DotnetPortableExecutableEntry{InternalName: tt.internal}
		}
		if got := asAssembly(p); got.Name != tt.name || got.PURL != tt.purl {
			t.Errorf("asAssembly(%q) = %s, %s, want %s, %s", tt.internal, got.Name, got.PURL, tt.name, tt.purl)
		}
	}
}
