package main

import "slices"

// foreign is what users of trivy, grype, docker and crane type, and Layergate does not have.
type foreign struct {
	names  []string // flags without their hyphens, or commands
	answer string   // what does the same here, as a hint
}

// foreignFlags lists flags. A test holds that none of them is one of Layergate's.
func foreignFlags() []foreign {
	const everything = "every kind of package in every layer is looked for; what may stay is accepted in .layergate.yaml, in writing"
	return []foreign{
		{[]string{"severity", "s", "severity-cutoff"}, "--fail-on SEVERITY blocks from a severity on; reports list every finding"},
		{[]string{"exit-code"}, "a blocked image always exits with 1; --mode observe reports and exits with 0"},
		{[]string{"ignorefile", "ignore"}, "exceptions are in .layergate.yaml; layergate policy import takes over .trivyignore, .grype.yaml and others"},
		{[]string{"ignore-policy", "config", "c", "profile"}, "--policy names the policy file, which is .layergate.yaml"},
		{[]string{"ignore-status", "only-notfixed", "ignore-states"}, "fail-on in .layergate.yaml has limits for fixable and unfixable findings apart; --only-fixed blocks on fixable ones alone"},
		{[]string{"scanners", "security-checks", "vuln-type", "pkg-types", "detection-priority", "select-catalogers", "catalogers"}, everything},
		{[]string{"skip-dirs", "skip-files", "exclude", "file-patterns"}, everything},
		{[]string{"scope", "removed-pkgs"}, "every layer is scanned, and what a later layer removed is reported as shadowed and does not block"},
		{[]string{"format", "template", "t"}, "-o FORMAT prints a report, and -o FORMAT=FILE writes one, such as -o sarif=layergate.sarif"},
		{[]string{"f"}, "-o FORMAT prints a report, and --fail-on SEVERITY blocks from a severity on"},
		{[]string{"file"}, "-o FORMAT=FILE writes a report to a file"},
		{[]string{"list-all-pkgs", "dependency-tree", "report"}, "layergate.json and the SBOM list every package, with the layer and the line that brought it"},
		{[]string{"show-suppressed", "show-all"}, "reports always list what an exception or a VEX document lets pass"},
		{[]string{"sort-by"}, "-o json gives every finding in a fixed order, for jq to sort"},
		{[]string{"by-cve"}, "layergate.json names the CVEs of an advisory as its aliases"},
		{[]string{"add-cpes-if-none", "distro"}, "packages are matched as the image records them; what cannot be judged is reported as a coverage gap"},
		{[]string{"input", "i", "archive"}, "name the archive behind the command: layergate scan app.tar"},
		{[]string{"image-src", "from", "default-image-pull-source"}, "begin the image with docker:, registry:, docker-archive:, oci-archive: or oci-dir:"},
		{[]string{"skip-db-update", "skip-update", "offline-scan", "no-update", "skip-java-db-update", "skip-check-update"}, "--db-update=false uses the database that is kept, and --db FILE one that is given"},
		{[]string{"db-repository", "java-db-repository"}, "--db-url names another update server, and --db a database"},
		{[]string{"download-db-only"}, "layergate db update fetches the database and does nothing else"},
		{[]string{"clear-cache", "reset"}, "layergate cache clean empties the cache"},
		{[]string{"cache-backend", "cache-ttl"}, "--cache-dir and --cache-size are the cache's directory and size"},
		{[]string{"no-progress"}, "-q shows the verdict and errors only"},
		{[]string{"debug", "d"}, "-v shows the debug log"},
		{[]string{"username", "password"}, "set LAYERGATE_REGISTRY_USERNAME and LAYERGATE_REGISTRY_PASSWORD, or log in with docker login"},
		{[]string{"insecure", "allow-nondistributable-artifacts"}, "--insecure-registry HOST allows plain HTTP for a registry, and --ca-file trusts its certificate authority"},
		{[]string{"tag"}, "--push REFERENCE names where a clean image goes"},
	}
}

// foreignCommands lists commands.
func foreignCommands() []foreign {
	const images = "only images are scanned: build one from the directory with layergate scan --context DIR"
	return []foreign{
		{[]string{"image", "i", "cves", "quickview", "analyze"}, "write layergate scan NAME, or layergate gate NAME --push REFERENCE"},
		{[]string{"fs", "filesystem", "rootfs", "repo", "repository", "vm", "dir"}, images},
		{[]string{"config", "conf", "k8s", "kubernetes"}, "only images are scanned: write layergate scan NAME"},
		{[]string{"sbom"}, "write layergate scan NAME -o cyclonedx for an image's SBOM"},
		{[]string{"convert"}, "write layergate report --from layergate.json -o FORMAT"},
		{[]string{"clean"}, "write layergate cache clean"},
		{[]string{"push", "copy", "cp"}, "write layergate gate NAME --push REFERENCE, which pushes what is clean"},
		{[]string{"build", "buildx"}, "write layergate gate --context DIR --push REFERENCE, which builds, scans and pushes"},
		{[]string{"ignore"}, "write layergate exception add"},
		{[]string{"update"}, "write layergate db update"},
		{[]string{"server", "client", "plugin", "module"}, "layergate is one program without a server and plugins: write layergate scan NAME"},
	}
}

// answerTo is the hint for a word of a list; empty where the list does not have it.
func answerTo(list []foreign, word string) string {
	for _, f := range list {
		if slices.Contains(f.names, word) {
			return f.answer
		}
	}
	return ""
}
