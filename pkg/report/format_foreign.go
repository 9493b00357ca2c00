package report

import "slices"

// foreignFormat is what stands here for a format of trivy, grype, syft or docker scout that has another name, or is none of Layergate's;
// empty where the name is not known.
func foreignFormat(name string) string {
	for _, f := range []struct {
		names  []string
		answer string
	}{
		{[]string{"cyclonedx-json", "cyclonedx-xml", "embedded-cyclonedx-vex-json", "embedded-cyclonedx-vex-xml", "sbom", "list"}, "the SBOM is cyclonedx, which is CycloneDX 1.6 in JSON, or spdx"},
		{[]string{"spdx-json", "spdx-tag-value"}, "the SBOM is spdx, which is SPDX 2.3 in JSON"},
		{[]string{"syft-json", "github", "github-json", "cosign-vuln", "purls", "cpes", "csv"}, "json has all that is known, for jq to choose from"},
		{[]string{"template", "gotemplate"}, "templates are not filled in: json has all that is known, for jq or a template of your own"},
		{[]string{"syft-table", "syft-text", "text", "packages", "summary"}, "the table of a terminal is table"},
		{[]string{"md"}, "the summary is markdown"},
		{[]string{"xml", "junit-xml"}, "test results are junit, which is XML"},
		{[]string{"openvex", "vex"}, "layergate vex export writes OpenVEX"},
	} {
		if slices.Contains(f.names, name) {
			return f.answer
		}
	}
	return ""
}
