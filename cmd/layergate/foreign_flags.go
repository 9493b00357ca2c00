package main

import "slices"

// foreignFlags lists flags of trivy, grype, syft, docker scout, docker buildx and crane, and inputs of the actions for them. A test holds
// that none of them is one of Layergate's, and that all that those tools have for images are answered.
func foreignFlags() []foreign {
	return slices.Concat(
		foreignLimits(), foreignPolicies(), foreignScope(), foreignReports(), foreignSources(), foreignDatabase(), foreignRegistry(),
		foreignBuild(), foreignMachine(),
	)
}

// foreignLimits decide what fails.
func foreignLimits() []foreign {
	return []foreign{
		{[]string{"severity", "s", "severity-cutoff", "only-severity"}, "--fail-on SEVERITY blocks from a severity on; reports list every finding"},
		{[]string{"exit-code", "e", "fail-build", "exit-on"}, "a blocked image always exits with 1; --mode observe reports and exits with 0"},
		{[]string{"exit-on-eol"}, "a distribution after its end of life blocks by itself, and rules in .layergate.yaml say otherwise"},
		{[]string{"ignore-status", "only-notfixed", "only-unfixed", "ignore-states", "fixed-state"},
			"fail-on in .layergate.yaml has limits for fixable and unfixable findings apart; --only-fixed blocks on fixable ones alone"},
		{[]string{"only-base", "ignore-base"}, "fail-on in .layergate.yaml has limits for your own layers and the base image's apart: {own: any, base: high}"},
		{[]string{"only-cisa-kev", "epss", "epss-score", "epss-percentile", "epss-date"},
			"always-block in .layergate.yaml blocks what attackers use or will: {known-exploited: true, epss: 0.5}; reports show both"},
		{[]string{"compliance"}, "every rule for images is checked without being asked; --set SET takes more rules for manifests: pss-baseline, pss-restricted, nsa"},
		{[]string{"to", "to-env", "to-latest", "to-ref", "to-stream", "ignore-unchanged"},
			"--baseline SOURCE names what the image is compared with, and --gate-on new blocks only what is new"},
		{[]string{"vuln-severity-source"}, "a finding has the severity that the advisory database says"},
	}
}

// foreignPolicies let findings pass, or name a policy.
func foreignPolicies() []foreign {
	return []foreign{
		{[]string{"ignorefile", "ignore", "trivyignores"}, "exceptions are in .layergate.yaml; layergate policy import takes over .trivyignore, .grype.yaml and others"},
		{[]string{"ignore-policy", "config", "c", "trivy-config", "policy-file", "policy-dir", "policy-config", "policy-bundle"},
			"--policy FILE names the policy file, which is .layergate.yaml"},
		{[]string{"generate-default-config"}, "layergate policy init writes a policy file to start from"},
		{[]string{"ignored-licenses", "license-full", "license-confidence-level"}, "licenses in .layergate.yaml says which declared licences block"},
		{[]string{"secret-config"}, "secrets and rules in .layergate.yaml say what becomes of secrets that are found"},
		{[]string{"vex-author", "vex-location", "skip-vex-repo-update"}, "--vex FILE names documents, and vex in .layergate.yaml the authors who are trusted"},
		{[]string{"config-check", "config-data", "config-policy", "data", "namespaces", "check-namespaces", "policy-namespaces", "include-deprecated-checks", "rego-error-limit", "trace-rego",
			"misconfig-scanners", "image-config-scanners", "include-non-failures", "config-file-schemas", "raw-config-scanners", "render-cause", "only-policy", "hide-policies"},
			"rules are Layergate's own, and rules in .layergate.yaml says what becomes of each; layergate check judges manifests"},
		{[]string{"helm-values", "helm-set", "helm-set-file", "helm-set-string", "helm-api-versions", "helm-kube-version"},
			"render the chart first: helm template CHART | layergate check -"},
		{[]string{"tf-vars", "tf-exclude-downloaded-modules", "cf-params", "ansible-playbook", "ansible-inventory", "ansible-extra-vars"},
			"Terraform, CloudFormation and Ansible are not judged; layergate check judges manifests of Kubernetes, Compose, Swarm and Marathon"},
		{[]string{"skip-check-update", "skip-policy-update", "checks-bundle-repository", "policy-bundle-repository", "reset-checks-bundle", "reset-policy-bundle"},
			"rules are in the program, and nothing is fetched for them"},
	}
}

// foreignScope choose what is looked at.
func foreignScope() []foreign {
	const everything = "every kind of package in every layer is looked for; what may stay is accepted in .layergate.yaml, in writing"
	return []foreign{
		{[]string{"scanners", "security-checks", "vuln-type", "pkg-types", "detection-priority", "select-catalogers", "catalogers", "override-default-catalogers", "enrich",
			"include-dev-deps", "pkg-relationships", "only-package-type", "only-package", "only-cve-id", "only-metric", "only-stage", "multi-stage", "only-vex-affected"}, everything},
		{[]string{"skip-dirs", "skip-files", "exclude", "file-patterns", "base-path"}, everything},
		{[]string{"scope", "removed-pkgs"}, "every layer is scanned, and what a later layer removed is reported as shadowed and does not block"},
		{[]string{"add-cpes-if-none", "distro", "broad-cpe-matching"}, "packages are matched as the image records them; what cannot be judged is reported as a coverage gap"},
		{[]string{"sbom-sources", "rekor-url"}, "packages are read from the layers, and no SBOM of somebody else is believed"},
	}
}

// foreignReports choose what is written.
func foreignReports() []foreign {
	const print = "-o FORMAT prints a report, and -o FORMAT=FILE writes one, such as -o sarif=layergate.sarif"
	return []foreign{
		{[]string{"format", "template", "output-format", "output-plugin-arg", "table-mode"}, print},
		{[]string{"t"}, "-o FORMAT prints a report; layergate gate --push REFERENCE names where a clean image goes"},
		{[]string{"f"}, "-o FORMAT prints a report, --fail-on SEVERITY blocks from a severity on, and --dockerfile FILE names the Dockerfile"},
		{[]string{"file", "output-file"}, "-o FORMAT=FILE writes a report to a file, and --dockerfile FILE names the Dockerfile"},
		{[]string{"list-all-pkgs", "dependency-tree", "report", "only-vuln-packages", "details", "locations"},
			"layergate.json and the SBOM list every package, with the layer and the line that brought it"},
		{[]string{"show-suppressed", "show-all", "ignore-suppressed"}, "reports always list what an exception or a VEX document lets pass"},
		{[]string{"sort-by"}, "-o json gives every finding in a fixed order, for jq to sort"},
		{[]string{"by-cve"}, "layergate.json names the CVEs of an advisory as its aliases"},
		{[]string{"limit-severities-for-sarif"}, "SARIF has every finding, and as a result what the policy reports"},
		{[]string{"source-name", "source-version", "source-supplier"}, "--name NAME is the image's name in reports"},
		{[]string{"no-progress", "hide-progress", "progress"}, "-q shows the verdict, warnings and errors only"},
		{[]string{"debug", "d", "D", "verbose-debug", "trace", "trace-http"}, "-v shows what is found where, each request to a registry, and how long things take"},
	}
}

// foreignSources name what is scanned.
func foreignSources() []foreign {
	return []foreign{
		{[]string{"input", "i", "archive", "image-ref", "scan-ref", "path", "tarball"}, "name the image or the archive behind the command: layergate scan app.tar"},
		{[]string{"scan-type", "artifact-type"}, "images are scanned: layergate scan app.tar; layergate check judges manifests"},
		{[]string{"image-src", "from", "default-image-pull-source", "local"}, "begin the image with docker:, registry:, docker-archive:, oci-archive: or oci-dir:"},
		{[]string{"podman-host"}, "--docker-host unix:///run/user/1000/podman/podman.sock asks Podman, which speaks Docker's API"},
		{[]string{"ref"}, "--image-name NAME chooses an image of an archive that holds several"},
		{[]string{"max-image-size"}, "--max-unpacked-size SIZE refuses a larger image"},
		{[]string{"only-update", "only-refresh"}, "--base-candidates auto has the remedies say what a newer base image would remove"},
	}
}

// foreignDatabase are about the advisory database and the cache.
func foreignDatabase() []foreign {
	return []foreign{
		{[]string{"skip-db-update", "skip-update", "offline-scan", "no-update", "skip-java-db-update", "local-vulndb"},
			"--db-update=false uses the database that is kept, and --db FILE one that is given"},
		{[]string{"db-repository", "java-db-repository"}, "--db-url URL names another update server, and --db FILE a database"},
		{[]string{"download-db-only", "download-java-db-only"}, "layergate db update fetches the database and does nothing else"},
		{[]string{"clear-cache", "reset"}, "layergate cache clean empties the cache"},
		{[]string{"cache-backend", "cache-ttl", "redis-ca", "redis-cert", "redis-key", "redis-tls", "cache"}, "--cache-dir DIR and --cache-size SIZE are the cache's directory and size"},
		{[]string{"light"}, "there is one database, with all that reports show"},
	}
}

// foreignRegistry are about registries and logins.
func foreignRegistry() []foreign {
	return []foreign{
		{[]string{"username", "password", "password-stdin", "registry-token", "u", "p"}, "set LAYERGATE_REGISTRY_USERNAME and LAYERGATE_REGISTRY_PASSWORD, or log in with docker login"},
		{[]string{"insecure"}, "--insecure-registry HOST allows plain HTTP for a registry, and --ca-file FILE trusts its certificate authority"},
		{[]string{"cacert", "cert"}, "--ca-file FILE trusts a certificate authority"},
		{[]string{"tag", "tags", "dst"}, "--push REFERENCE names where a clean image goes"},
		{[]string{"all-tags", "a"}, "--push REFERENCE may be given more than once"},
		{[]string{"index"}, "an index is scanned with all its platforms and pushed whole"},
		{[]string{"image-refs"}, "-o json prints the report, which has the digest and the references"},
		{[]string{"server", "token", "token-header", "custom-headers", "path-prefix", "listen", "org", "env", "stream", "enable-modules", "module-dir"},
			"layergate is one program without a server, an account and plugins"},
	}
}

// foreignBuild are about builds.
func foreignBuild() []foreign {
	return []foreign{
		{[]string{"load", "output-type", "outputs"}, "--context DIR builds the image, scans it, and with layergate gate pushes it; docker pull gets it from there"},
		{[]string{"provenance", "attest", "attests", "sbom"}, "a build by BuildKit has its provenance and is pushed with it; -o cyclonedx prints the SBOM"},
		{[]string{"secret-envs", "secret-files"}, "--secret id=NAME,env=VARIABLE or --secret id=NAME,src=PATH gives a build a secret"},
		{[]string{"check"}, "--dockerfile FILE has the Dockerfile checked with the image; layergate check judges manifests"},
		{[]string{"no-cache-filter", "no-cache-filters"}, "--no-cache runs every instruction again"},
		{[]string{"add-host", "add-hosts", "allow", "annotation", "annotations", "build-context", "build-contexts", "call", "cgroup-parent", "iidfile", "metadata-file", "shm-size",
			"ulimit", "isolation"},
			"build with that first, and scan what comes out: docker buildx build --output type=docker,dest=app.tar … && layergate scan app.tar"},
	}
}

// foreignMachine are about the machine and the program.
func foreignMachine() []foreign {
	return []foreign{
		{[]string{"parallel", "parallelism", "jobs", "j", "slow"}, "all processors are used; --memory-limit SIZE and --timeout TIME bound a run"},
		{[]string{"disable-telemetry", "skip-version-check", "check-for-app-update"}, "nothing is told of your use of Layergate, and no newer version is asked for"},
	}
}
