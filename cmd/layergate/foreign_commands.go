package main

// foreignCommands lists commands of trivy, grype, syft, docker scout, docker and crane.
func foreignCommands() []foreign {
	const images = "only images are scanned: build one from the directory with layergate scan --context DIR"
	return []foreign{
		{[]string{"image", "i", "cves", "quickview", "analyze", "client", "packages", "watch"}, "write layergate scan NAME, or layergate gate NAME --push REFERENCE"},
		{[]string{"fs", "filesystem", "rootfs", "repo", "repository", "vm", "dir"}, images},
		{[]string{"config", "conf", "k8s", "kubernetes"}, "write layergate check FILE for manifests; images are scanned one by one: layergate scan NAME"},
		{[]string{"sbom"}, "write layergate scan NAME -o cyclonedx for an image's SBOM"},
		{[]string{"convert", "conv"}, "write layergate report layergate.json -o FORMAT"},
		{[]string{"explain"}, "write layergate policy explain ID --image NAME, or --from layergate.json"},
		{[]string{"compare"}, "write layergate scan NAME --baseline OTHER"},
		{[]string{"recommendations"}, "write layergate scan NAME --base-candidates auto"},
		{[]string{"clean"}, "write layergate cache clean"},
		{[]string{"push", "copy", "cp", "tag"}, "write layergate gate NAME --push REFERENCE, which pushes what is clean"},
		{[]string{"build", "buildx"}, "write layergate gate --context DIR --push REFERENCE, which builds, scans and pushes"},
		{[]string{"login", "logout", "auth"}, "write docker login, whose configuration is read, or set LAYERGATE_REGISTRY_USERNAME and LAYERGATE_REGISTRY_PASSWORD"},
		{[]string{"ignore"}, "write layergate exception add"},
		{[]string{"init"}, "write layergate policy init"},
		{[]string{"update"}, "write layergate db update"},
		{[]string{"attest", "attestation", "append", "blob", "catalog", "delete", "digest", "export", "flatten", "index", "ls", "manifest", "mutate", "pull", "rebase", "validate"},
			"layergate scans an image and pushes it when it is clean; crane does the rest with registries"},
		{[]string{"server", "serve", "plugin", "module", "environment", "integration", "enroll", "stream", "cataloger"},
			"layergate is one program without a server and plugins: write layergate scan NAME"},
	}
}
