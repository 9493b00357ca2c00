package osv

// refused says, for the ecosystems of OSV that nobody would match, why that is, by what stands before the colon.
func refused() map[string]string {
	out := map[string]string{
		"AlmaLinux": "grype judges AlmaLinux by Red Hat's advisories, so give those, and write own ones for Red Hat:enterprise_linux:N",
		"Mageia":    "grype takes Mageia for Fedora",
		"Root":      "its advisories say which packages of Root are repaired, and not which of others are affected",
		"TuxCare":   "its packages are built apart from those of the distributions that it names",
	}
	for why, ecosystems := range map[string][]string{
		"grype does not know the distribution":     {"Alpaquita", "Android", "BellSoft Hardened Containers", "CleanStart", "Docker Hardened Images", "FreeBSD", "openEuler"},
		"it names source code, and no package":     {"GIT", "Kubernetes", "Linux", "OSS-Fuzz"},
		"nobody has tried whether it can match":    {"Azure Linux", "Echo", "MinimOS", "Photon OS", "Bitnami", "Hackage", "opam", "Julia", "CRAN", "Bioconductor", "ConanCenter", "GHC", "VSCode"},
		"its names are not those that images have": {"GitHub Actions", "SwiftURL"},
	} {
		for _, e := range ecosystems {
			out[e] = why
		}
	}
	return out
}
