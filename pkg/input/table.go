package input

import "slices"

// The commands that take inputs.
const (
	gate  = "gate"
	scan  = "scan"
	check = "check"
)

// ServiceRegistry is the type of service connections that lead to a registry.
const ServiceRegistry = "dockerregistry"

// The rules by which the editor of Azure Pipelines hides what Layergate would refuse or pass over.
const (
	givenImage   = `context = "" && command != check`
	builtImage   = `context != "" && command != check`
	ofImage      = `command != check`
	gateOnly     = `command = gate`
	asksRegistry = `command = gate || image StartsWith registry`
	checkOnly    = `command = check`
	keepsCache   = `cacheDir != off && command != check`
)

// Table lists every input in the order of the documentation. The slice, and all that it holds, is the caller's.
//
// To add an input, add one row to its section below, and read its value where the command makes its configuration
// (cmd/layergate), by the getter of Values for its kind. Then "go test ./pkg/input -update" writes action.yml,
// task.json and docs/inputs.md. The flag of the command line, the refusal of a value that does not parse and the masking
// of a secret come by themselves. What names the input in a hint names it as fault.Input.
func Table() []Input {
	var all []Input
	for _, s := range sections() {
		for _, in := range s.inputs {
			in.Group = s.Name
			if in.Commands == nil {
				in.Commands = slices.Clone(s.commands)
			}
			all = append(all, in)
		}
	}
	return all
}

// Groups lists the groups in the order of the documentation. The slice is the caller's.
func Groups() []Group {
	var groups []Group
	for _, s := range sections() {
		groups = append(groups, s.Group)
	}
	return groups
}

// section is a group with its inputs, which belong to the section's commands where they do not name their own.
type section struct {
	Group
	commands []string
	inputs   []Input
}

func sections() []section {
	both, all := onImages(), onAll()
	return []section{
		{Group{Name: "image", Title: "What to scan, and where it goes", Expanded: true}, both, imageInputs()},
		{Group{Name: "manifests", Title: "Manifests that deploy the image", Expanded: true}, all, manifestInputs()},
		{Group{Name: "build", Title: "How the image is or was built"}, both, buildInputs()},
		{Group{Name: "policy", Title: "Policy and reports", Expanded: true}, all, policyInputs()},
		{Group{Name: "database", Title: "Advisory database"}, both, databaseInputs()},
		{Group{Name: "registry", Title: "Registry"}, all, registryInputs()},
		{Group{Name: "signing", Title: "Verdict and other attachments"}, []string{gate}, signingInputs()},
		{Group{Name: "machine", Title: "Docker, network and temporary files"}, all, machineInputs()},
		{Group{Name: "limits", Title: "Limits and cache"}, all, limitInputs()},
		{Group{Name: "program", Title: "Program of the task"}, all, programInputs()},
	}
}

// onImages are the commands that judge an image.
func onImages() []string { return []string{gate, scan} }

// onAll are those, and the one that judges manifests alone.
func onAll() []string { return append(onImages(), check) }

func imageInputs() []Input {
	return []Input{
		{
			// On a command line the command is the first word.
			Name: "command", Label: "Command", Kind: Choice, Choices: []string{gate, scan, check}, Default: gate, Only: GitHubActions | AzurePipelines, Commands: onAll(),
			Help: "What to do: gate scans the image and pushes it when it is clean, scan leaves out the push, check judges the manifests alone.",
		},
		{
			Name: "image", Label: "Image", Kind: Text, VisibleRule: givenImage,
			Help: "The image to scan, unless one is built: the path of an archive or OCI layout, optionally after docker-archive:, oci-archive: or oci-dir:; docker:NAME for an image of the Docker daemon, registry:REFERENCE for one in a registry, or - for an archive that comes through a pipe.",
		},
		{
			Name: "image-name", Label: "Name of the image in its archive", Kind: Text, VisibleRule: givenImage,
			Help: "Which image to take from an archive that holds several: a tag or a digest.",
		},
		{
			Name: "push", Label: "Push to", Kind: List, Commands: []string{gate}, VisibleRule: gateOnly,
			Help: "The references to push a clean image to; on a CI system one per line or separated by commas, on a command line one per flag.",
		},
		{
			Name: "release-set", Label: "Release set", Kind: Text, VisibleRule: givenImage,
			Help: "A file that names several images, which are judged one after the other and pushed all or none: a Compose file, whose services with build and image are built and go where image says, or what docker buildx bake --print prints; it takes the place of image, context, dockerfile, target, platform and push.",
		},
		{
			Name: "immutable-tags", Label: "Tags do not move", Kind: Bool, Default: "false", Commands: []string{gate}, VisibleRule: gateOnly,
			Help: "Whether a push is refused, before anything is sent, where a reference leads to another image already; a policy file can ask for it as well.",
		},
		{
			Name: "lock", Label: "Lock what is pushed", Kind: Bool, Default: "false", Commands: []string{gate}, VisibleRule: gateOnly,
			Help: "Whether the image and the tags that were pushed are locked in Azure Container Registry, so that nobody moves the tags or deletes the image; a reference in another registry is refused before anything is sent.",
		},
		{
			Name: "storage-record", Label: "Record on GitHub where the image is", Kind: Bool, Default: "false", Only: CommandLine | GitHubActions, Commands: []string{gate},
			Help: "Whether GitHub is told where the pushed image is stored, by a storage record in the linked artifacts of the organization; it takes github-token with the permission artifact-metadata: write, or LAYERGATE_GITHUB_TOKEN on a command line in a job.",
		},
		{
			Name: "referrers", Label: "What refers to the image", Kind: Choice, Choices: []string{"copy", "none"}, Default: "copy", Commands: []string{gate}, VisibleRule: gateOnly,
			Help: "What becomes of the signatures, SBOMs and other statements that refer to an image in the registry that it is promoted from: copy pushes them with it, none leaves them there.",
		},
	}
}

func manifestInputs() []Input {
	return []Input{
		{
			Name: "manifests", Label: "Manifests", Kind: List,
			Help: "The files and directories with manifests of Kubernetes, Compose, Docker Swarm or Marathon to check, with the image where there is one: what blocks in them keeps it from being pushed; - reads the standard input on a command line.",
		},
		{
			Name: "platform-kind", Label: "Orchestrator", Kind: Choice, Choices: []string{"kubernetes", "compose", "swarm", "marathon"},
			Help: "The orchestrator that the manifests are for, where their content does not tell, such as swarm for a Compose file that docker stack deploy takes.",
		},
		{
			Name: "set", Label: "Sets of rules", Kind: List,
			Help: "The sets of rules to check manifests by beside the ordinary ones: pss-baseline, pss-restricted, aks-deployment-safeguards or nsa.",
		},
		{
			Name: "cleared", Label: "Reports of cleared images", Kind: List,
			Help: "The layergate.json of earlier runs: each image of a manifest has to be one that they cleared, by its digest.",
		},
		{
			Name: "key", Label: "Keys of signed verdicts", Kind: List, Commands: []string{check}, VisibleRule: checkOnly,
			Help: "The files with the public keys, in PEM, of whoever signs the verdicts of the gate: a verdict counts that one of them has signed, and each image of a manifest has to have one in its registry, by its digest.",
		},
		{
			Name: "verifier", Label: "Verifier of signed verdicts", Kind: Text, Commands: []string{check}, VisibleRule: checkOnly,
			Help: "The id of the verifier whose verdict it has to be; empty means that of layergate gate.",
		},
		{
			Name: "max-age", Label: "Age of signed verdicts", Kind: Text, Commands: []string{check}, VisibleRule: checkOnly,
			Help: "How old a verdict may be, in days such as 7d or as a Go duration; empty means any age.",
		},
		{
			Name: "verdict-policy", Label: "Policy of signed verdicts", Kind: Text, Commands: []string{check}, VisibleRule: checkOnly,
			Help: "The policy file by which the verdicts about images of manifests have to be; off means the strictest policy, and empty any.",
		},
	}
}

func buildInputs() []Input {
	return []Input{
		{
			Name: "context", Label: "Build context", Kind: Text,
			Help: "The directory to build an image from with BuildKit, instead of taking a built one.",
		},
		{
			Name: "dockerfile", Label: "Dockerfile", Kind: Text,
			Help: "The Dockerfile to build, or the one that the image was built from, so that findings name its lines; empty means Dockerfile in the context or the working directory, if it fits the image.",
		},
		{
			Name: "target", Label: "Stage", Kind: Text,
			Help: "The stage of the Dockerfile that is or was built; empty means the last one.",
		},
		{
			Name: "build-arg", Label: "Build arguments", Kind: Lines,
			Help: "The build arguments as NAME=VALUE, or NAME for the environment's value; on a CI system one per line, on a command line one per flag.",
		},
		{
			Name: "base-image", Label: "Base image", Kind: Text,
			Help: "The base image that the scanned image was built on, in the same forms as image, so that findings in its layers are recognized without a Dockerfile.",
		},
		{
			Name: "base-candidates", Label: "Other base images", Kind: List,
			Help: "The images that remedies may propose in place of the base image: tags of its repository, full references, or auto for its newer tags of the same major version and flavour, such as -slim; they are read from the registry and judged like the base image, and none are where the input is empty.",
		},
		{
			Name: "platform", Label: "Platforms", Kind: List, VisibleRule: builtImage,
			Help: "The platforms to build for, such as linux/arm64; none means that of the builder.",
		},
		{
			Name: "secret", Label: "Build secrets", Kind: Lines, VisibleRule: builtImage,
			Help: "Secrets of the build as id=NAME,src=PATH or id=NAME,env=NAME, for RUN --mount=type=secret.",
		},
		{
			Name: "ssh", Label: "SSH agents and keys", Kind: Lines, VisibleRule: builtImage,
			Help: "SSH agents or keys of the build as default or NAME=PATH, for RUN --mount=type=ssh.",
		},
		{
			Name: "label", Label: "Labels", Kind: Lines, VisibleRule: builtImage,
			Help: "Labels of the built image as NAME=VALUE.",
		},
		{
			Name: "cache-from", Label: "Take build results from", Kind: Lines, VisibleRule: builtImage,
			Help: "Where BuildKit takes results of earlier builds from, such as type=registry,ref=registry.example/app:cache.",
		},
		{
			Name: "cache-to", Label: "Keep build results in", Kind: Lines, VisibleRule: builtImage,
			Help: "Where BuildKit keeps results for later builds, in the same form.",
		},
		{
			Name: "no-cache", Label: "Build without cache", Kind: Bool, Default: "false", VisibleRule: builtImage,
			Help: "Whether to run every instruction again.",
		},
		{
			Name: "pull", Label: "Pull newer base images", Kind: Bool, Default: "false", VisibleRule: builtImage,
			Help: "Whether to ask the registry for newer base images.",
		},
		{
			Name: "network", Label: "Network of the build", Kind: Choice, Choices: []string{"default", "none", "host"}, Default: "default", VisibleRule: builtImage,
			Help: "The network of RUN instructions: default, none or host.",
		},
		{
			Name: "builder", Label: "BuildKit daemon", Kind: Text, Env: "BUILDKIT_HOST", VisibleRule: builtImage,
			Help: "The BuildKit daemon to build with, as tcp://HOST:PORT, unix://PATH or docker-container://NAME; empty means the Docker daemon.",
		},
	}
}

func policyInputs() []Input {
	return []Input{
		{
			Name: "policy", Label: "Policy file", Kind: Text,
			Help: "The policy file; empty means .layergate.yaml in the directory of the Dockerfile or the working directory, or above it in the repository, if there is one; off means none, whatever the project holds.",
		},
		{
			Name: "policy-from-base", Label: "Judge pull requests by the target branch's policy", Kind: Bool, Default: "true",
			Help: "Whether a pull request is judged by the policy file of the branch that it is to be merged into, so that it cannot let itself pass; what its own file says otherwise is reported.",
		},
		{
			Name: "fail-on", Label: "Block from this severity on", Kind: Choice, Choices: []string{"any", "negligible", "low", "medium", "high", "critical", "never"},
			Help: "The lowest severity that blocks, in place of what the policy file says: any, negligible, low, medium, high, critical or never; empty means the policy file's, else any.",
		},
		{
			Name: "only-fixed", Label: "Block only what can be repaired", Kind: Bool, Default: "false", Commands: onImages(), VisibleRule: ofImage,
			Help: "Whether only vulnerabilities that a released version repairs block, whatever the policy file says of others; on a command line, ignore-unfixed is another name for it.",
		},
		{
			Name: "coverage", Label: "What could not be judged", Kind: Choice, Choices: []string{"block", "warn", "ignore"}, Commands: onImages(), VisibleRule: ofImage,
			Help: "What becomes of coverage gaps, such as a distribution that the advisory database does not know or a package file that could not be read, in place of what the policy file says: block, warn or ignore; empty means the policy file's, else block.",
		},
		{
			Name: "baseline", Label: "Baseline", Kind: Text,
			Help: "What the image is compared with, so that reports tell what is new with a change: the layergate.json or the SBOM (CycloneDX or SPDX 2 in JSON) of an earlier run, or an image, such as registry:REFERENCE for the one in production.",
		},
		{
			Name: "gate-on", Label: "What can block", Kind: Choice, Choices: []string{"all", "new"},
			Help: "Which findings can block, in place of what the policy file says: all of them, or only those that are new compared with the baseline; what attackers are known to use, and what the policy always blocks, blocks in any case; empty means the policy file's, else all.",
		},
		{
			Name: "vex", Label: "VEX documents", Kind: List, Commands: onImages(), VisibleRule: ofImage,
			Help: "Files of OpenVEX or CSAF that say which findings do no harm, beside those in the project's .vex directory; they count where the policy file trusts their authors.",
		},
		{
			Name: "require", Label: "Preconditions", Kind: Lines, Commands: onImages(), VisibleRule: ofImage,
			Help: "The results of other tools that the push depends on: junit=FILE for tests, sarif=FILE for any tool, result=FILE for the JSON of trivy, grype, twistcli or Aqua, attestation=TYPE for a statement that is attached to the image in its registry and signed by an attester of the policy; what they found is judged by the same policy, and one that names another image blocks.",
		},
		{
			Name: "mode", Label: "Mode", Kind: Choice, Choices: []string{"enforce", "observe"}, Default: "enforce",
			Help: "What a verdict does: enforce fails the step unless the image is clean, observe reports the same and fails it only for a wrong request; neither pushes what is not clean.",
		},
		{
			Name: "name", Label: "Name of the image in reports", Kind: Text,
			Help: "What tells the reports of this image from those of others, in their directory, in code scanning and in comments: letters, digits, dots, hyphens and underscores; empty means one that is made of the context, the Dockerfile and the stage, or of the name of the image's file or repository.",
		},
		{
			Name: "output-dir", Label: "Directory for the reports", Kind: Text,
			Help: "The directory that the reports are written to, relative to the working directory; empty means layergate-results/NAME, with the name of the image in reports, or on a CI system a new one such as layergate-results/NAME.run2 where outputs of an earlier step name that; off writes none, and no summary on the page of a CI system.",
		},
		{
			Name: "comment", Label: "Comment on the pull request", Kind: Choice, Choices: []string{"off", "changes", "always"}, Default: "off", Only: GitHubActions | AzurePipelines,
			Help: "Whether to keep one comment for the image on the pull request: off writes none, changes begins one when the image is blocked or something is new, always begins one in any case; one that is there is kept up to date.",
		},
		{
			Name: "github-token", Label: "Token for GitHub", Kind: Secret, Only: GitHubActions,
			Help: "The token that the comment and the storage record are written with, such as the github.token of a job with the permission pull-requests: write, or artifact-metadata: write.",
		},
		{
			Name: "formats", Label: "More formats", Kind: List,
			Help: "The formats of reports to write beside those of every run: spdx, junit, gitlab or badge.",
		},
		{
			Name: "events", Label: "Events", Kind: Text, Commands: onImages(), VisibleRule: ofImage,
			Help: "Where a CloudEvent about each verdict goes: a file, to which a line is added, or an address that begins with https://, with the token of the environment variable LAYERGATE_EVENTS_TOKEN where it is set; of an address only the host is shown.",
		},
		{
			Name: "artifact", Label: "Artifact for the reports", Kind: Text, Only: AzurePipelines,
			Help: "The name of the build artifact that keeps the reports; empty means the name of their directory, followed by the stage, job and attempt if there are several; off keeps none.",
		},
	}
}

func databaseInputs() []Input {
	return []Input{
		{
			Name: "db", Label: "Advisory database", Kind: Lines,
			Help: "Where the advisory database comes from, tried in this order: the address of an update server (https://…), an archive in a registry (oci://REGISTRY/REPOSITORY:TAG), a database file, or a directory or an archive that holds one; empty means grype's own distribution.",
		},
		{
			Name: "advisories", Label: "Own advisories", Kind: List,
			Help: "The files and directories with advisories of your own, in OSV format as JSON or YAML, that count beside those of the database; the advisory of a malicious package, MAL-…, always blocks.",
		},
		{
			Name: "db-pin", Label: "Pinned database", Kind: Text,
			Help: "The digest (sha256:…) of the one advisory database that may be used; empty means that of the project's layergate.lock, on a pull request that of the target branch, and any database where there is none; off means any.",
		},
		{
			Name: "db-max-age", Label: "Oldest database to accept", Kind: Duration, Default: "120h",
			Help: "The age at which the advisory database is refused as too old, in days, such as 5d, or as a Go duration; 0 turns the check off.",
		},
		{
			Name: "db-url", Label: "Update server of the database", Kind: Text, Env: "GRYPE_DB_UPDATE_URL",
			Help: "The server that the advisory database is fetched from when none is given; empty means that of grype's distribution.",
		},
		{
			Name: "db-ca-file", Label: "Certificate authorities of the update server", Kind: Text, Env: "GRYPE_DB_CA_CERT",
			Help: "A PEM file of the certificate authorities to trust for the update server, instead of the system's own.",
		},
		{
			Name: "db-update", Label: "Update the database", Kind: Bool, Default: "true", Env: "GRYPE_DB_AUTO_UPDATE",
			Help: "Whether to ask the update server for a newer advisory database than the one that is kept.",
		},
	}
}

func registryInputs() []Input {
	return []Input{
		{
			Name: "registry-username", Label: "Registry user name", Kind: Text, Env: "LAYERGATE_REGISTRY_USERNAME", VisibleRule: asksRegistry,
			Help: "The user name for the registry to push to, or else to scan from, or else to take the advisory database from.",
		},
		{
			Name: "registry-password", Label: "Registry password", Kind: Secret, Env: "LAYERGATE_REGISTRY_PASSWORD", VisibleRule: asksRegistry,
			Help: "The password or token for that registry; on a command line give it in the environment variable instead, which stays out of the process list.",
		},
		{
			Name: "registry-connection", Label: "Docker registry service connection", Kind: Connection, Service: ServiceRegistry, Only: AzurePipelines, VisibleRule: asksRegistry,
			Help: "The Docker registry service connection that logs in to the registry, by user name and password, service principal, managed identity or workload identity federation.",
		},
		{
			Name: "azure-connection", Label: "Azure Resource Manager service connection", Kind: Connection, Service: "AzureRM", Only: AzurePipelines, VisibleRule: asksRegistry,
			Help: "The Azure Resource Manager service connection whose identity logs in to Azure Container Registry.",
		},
		{
			Name: "azure-identity", Label: "Entra identity", Kind: Choice, Choices: []string{"auto", "workload", "managed", "cli", "off"}, Default: "auto", VisibleRule: asksRegistry,
			Help: "The Entra identity that logs in to Azure Container Registry: workload uses the OIDC token of the CI job, managed the identity of the machine, cli the account of az login, auto the first of these that exists, off none.",
		},
		{
			Name: "azure-client-id", Label: "Entra client id", Kind: Text, Env: "AZURE_CLIENT_ID", VisibleRule: asksRegistry,
			Help: "The client id of the Entra application or user-assigned managed identity.",
		},
		{
			Name: "azure-tenant-id", Label: "Entra tenant id", Kind: Text, Env: "AZURE_TENANT_ID", VisibleRule: asksRegistry,
			Help: "The id of the Entra tenant, for a workload identity.",
		},
		{
			Name: "azure-authority", Label: "Address of Entra", Kind: Text, Env: "AZURE_AUTHORITY_HOST", VisibleRule: asksRegistry,
			Help: "The address of Entra, such as https://login.microsoftonline.com/; empty means that of the registry's cloud.",
		},
		{
			Name: "insecure-registry", Label: "Registries without TLS", Kind: List, VisibleRule: asksRegistry,
			Help: "The registries, as HOST or HOST:PORT, that may be reached over plain HTTP; loopback addresses of this machine always may.",
		},
		{
			Name: "ca-file", Label: "Certificate authorities", Kind: Text, Env: "LAYERGATE_CA_FILE",
			Help: "A PEM file of certificate authorities to trust in addition to the system's own.",
		},
	}
}

func signingInputs() []Input {
	return []Input{
		{
			Name: "sign-key", Label: "Signing key", Kind: Text, VisibleRule: gateOnly,
			Help: "The private key that signs the verdict about a pushed image, which is attached to the image in the registry: a file in PEM, as openssl or cosign generate-key-pair writes it, env://NAME for the environment variable that holds it, or azurekms://VAULT.vault.azure.net/KEY for a key in Azure Key Vault, by the identity that logs in to Azure Container Registry; on a pull request it signs only where attach is set as well.",
		},
		{
			Name: "sign-key-password", Label: "Password of the signing key", Kind: Secret, Env: "COSIGN_PASSWORD", VisibleRule: gateOnly,
			Help: "The password of an encrypted signing key.",
		},
		{
			Name: "sign-certificate", Label: "Certificate of the signing key", Kind: Text, VisibleRule: gateOnly,
			Help: "The certificate of sign-key, with which a signature of the Notary Project (Notation) is attached as well, for Ratify and for Image Integrity of AKS: a file in PEM, or env://NAME for the environment variable that holds it, the certificate of the key first and its root last.",
		},
		{
			Name: "attach", Label: "Attachments", Kind: List, VisibleRule: gateOnly,
			Help: "What to attach to a pushed image: verdict, sbom (CycloneDX) and scan (the report, as cosign's statement about vulnerabilities), which sign-key signs, notation, a signature of the Notary Project by sign-key and sign-certificate, or sarif, for Ratify, which is not signed; empty means the verdict where there is a signing key, and notation where there is a certificate as well, else nothing.",
		},
		{
			Name: "attach-replace", Label: "Replace earlier verdicts", Kind: Bool, Default: "false", VisibleRule: gateOnly,
			Help: "Whether the new verdict takes the place of those that the same key signed earlier about this image in its repository, which are deleted with the SBOMs and scans that they name; the account needs the right to delete where the registry lists referrers.",
		},
	}
}

func machineInputs() []Input {
	return []Input{
		{
			Name: "docker-host", Label: "Docker daemon", Kind: Text, Env: "DOCKER_HOST", Commands: onImages(), VisibleRule: ofImage,
			Help: "The Docker daemon, as unix://PATH or tcp://HOST:PORT; empty means that of this machine.",
		},
		{
			Name: "docker-cert-path", Label: "Certificates for the Docker daemon", Kind: Text, Env: "DOCKER_CERT_PATH", Commands: onImages(), VisibleRule: ofImage,
			Help: "The directory with ca.pem, cert.pem and key.pem, for a Docker daemon that is reached by TLS.",
		},
		{
			Name: "docker-config", Label: "Docker configuration", Kind: Text, Env: "DOCKER_CONFIG",
			Help: "The directory with Docker's config.json, which docker login writes, or a file of that form; empty means the user's own on a terminal, and none on a CI system.",
		},
		{
			Name: "proxy", Label: "Proxy", Kind: Text,
			Help: "The proxy that leads outside, as http://HOST:PORT; off connects directly, and empty means that of the machine.",
		},
		{
			Name: "no-proxy", Label: "Reached without the proxy", Kind: List,
			Help: "The hosts, domains and networks that are reached without the proxy.",
		},
		{
			Name: "temp-dir", Label: "Directory for temporary files", Kind: Text, Env: "TMPDIR", Commands: onImages(), VisibleRule: ofImage,
			Help: "The directory for what is downloaded or unpacked until the run ends; empty means the system's own.",
		},
	}
}

func limitInputs() []Input {
	return []Input{
		{
			Name: "max-unpacked-size", Label: "Largest unpacked image", Kind: Size, Default: "32GiB", Commands: onImages(), VisibleRule: ofImage,
			Help: "The most bytes that the compressed layers of one image may unpack to; a larger image is refused.",
		},
		{
			Name: "timeout", Label: "Time limit", Kind: Duration, Default: "30m",
			Help: "The time that the whole run may take, with the build where there is one, as a Go duration; what takes longer ends undecided, and 0 sets no limit.",
		},
		{
			Name: "memory-limit", Label: "Memory limit", Kind: Size, Commands: onImages(), VisibleRule: ofImage,
			Help: "The memory that reading the image may take in all; an image that needs more ends the run undecided; empty means most of the machine's or of its control group's, 0 sets no limit.",
		},
		{
			Name: "memory-budget", Label: "Memory for layers", Kind: Size, Default: "256MiB", Commands: onImages(), VisibleRule: ofImage,
			Help: "The memory for decompressed layers; what does not fit goes to temporary files.",
		},
		{
			Name: "cache-dir", Label: "Cache directory", Kind: Text, Env: "LAYERGATE_CACHE_DIR", Commands: onImages(), VisibleRule: ofImage,
			Help: "The directory that caches the contents of layers between runs, and the advisory database too when it is set; empty means the user's own cache directories on a terminal, and nothing on a CI system; off caches nothing.",
		},
		{
			Name: "cache-size", Label: "Size of the cache", Kind: Size, Default: "1GiB", Commands: onImages(), VisibleRule: keepsCache,
			Help: "The most bytes that cached layers may take, at least 1MiB; those not used for the longest time are removed first, and 0 caches none.",
		},
	}
}

func programInputs() []Input {
	return []Input{
		{
			// The program itself has no use for it: the task's launcher reads it before it starts the program. An
			// agent may be one that the task has no program for, or one that may not download it.
			Name: "binary-path", Label: "Layergate program", Kind: Text, Only: AzurePipelines,
			Help: "The path of a layergate program that is on the agent already, to run instead of the task's own; for agents that cannot download one.",
		},
	}
}
