package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// shopDockerfile makes the image of shopReport.
const shopDockerfile = `# The shop's web server.
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --omit=dev
COPY . .
RUN npm run build

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    FEATURE_TOKEN=***
RUN apt-get update \
	&& apt-get install -y --no-install-recommends curl imagemagick \
	&& rm -rf /var/lib/apt/lists/*
COPY --from=build /src/node_modules /srv/shop/node_modules
COPY --from=build /src/dist /srv/shop/dist
COPY tools/report.jar /opt/tools/
RUN /opt/tools/install && rm /opt/tools/report.jar
USER node
CMD ["node", "/srv/shop/dist/server.js"]`

// shopLayers are the layers of the image: four of the base image, and five that the Dockerfile makes.
func shopLayers() []finding.Layer {
	var out []finding.Layer
	for i, createdBy := range []string{
		"# debian.sh --arch 'amd64' out/ 'bookworm' '@1718582400'",
		"RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit",
		"RUN /bin/sh -c ARCH= && dpkgArch=\"$(dpkg --print-architecture)\" && curl -fsSLO https://nodejs.org/dist/node.tar.xz && tar -xJf node.tar.xz # buildkit",
		"COPY docker-entrypoint.sh /usr/local/bin/ # buildkit",
		"RUN /bin/sh -c apt-get update \t&& apt-get install -y --no-install-recommends curl imagemagick # buildkit",
		"COPY /src/node_modules /srv/shop/node_modules # buildkit",
		"COPY /src/dist /srv/shop/dist # buildkit",
		"COPY tools/report.jar /opt/tools/ # buildkit",
		"RUN /bin/sh -c /opt/tools/install && rm /opt/tools/report.jar # buildkit",
	} {
		out = append(out, finding.Layer{Index: i, DiffID: digestOfAll(fmt.Sprintf("%02x", i)), CreatedBy: createdBy, Base: i < 4})
	}
	return out
}

// shopReport is a pull request of a project as there are many: its page is the picture in the documentation.
func shopReport() *Report {
	layers := shopLayers()
	base, apt, modules, jar := layers[0], layers[4], layers[5], layers[7]
	r := &Report{
		Schema: SchemaVersion, Tool: Tool{Name: "layergate", Version: "v1.0.0"},
		Subject: Subject{Image: &Image{
			Source: "context:.", Name: "registry.example/shop/web:1.8.0", Digest: digestOfAll("5a17"), MediaType: "application/vnd.oci.image.manifest.v1+json",
			Base:       &BaseImage{Name: "node:22-bookworm-slim", Layers: 4, Location: &finding.Location{File: "Dockerfile", Line: 10, EndLine: 10}},
			Dockerfile: &Dockerfile{File: "Dockerfile", Lines: strings.Split(shopDockerfile, "\n")},
		}},
		Database:  Database{Schema: "6.1.7", Built: "2026-11-20T04:10:11Z", Checksum: "xxh64:0123456789abcdef", MaxAge: "120h0m0s"},
		Baseline:  &Baseline{Source: "registry:registry.example/shop/web:production", Name: "registry.example/shop/web:production", Digest: digestOfAll("b5")},
		Platforms: []Platform{platform("linux/amd64", "b", layers)},
	}
	lines := []finding.Location{{Line: 10, EndLine: 10}, {Line: 10, EndLine: 10}, {Line: 10, EndLine: 10}, {Line: 10, EndLine: 10}, {Line: 13, EndLine: 15}, {Line: 16, EndLine: 16}, {Line: 17, EndLine: 17}, {Line: 18, EndLine: 18}, {Line: 19, EndLine: 19}}
	sizes := []int64{28_230_000, 3_310, 49_700_000, 1_620, 31_400_000, 18_900_000, 2_400_000, 9_600_000, 412}
	for i := range r.Platforms[0].Layers {
		l := &r.Platforms[0].Layers[i]
		l.Size, l.Location = sizes[i], &lines[i]
		l.Location.File = "Dockerfile"
	}
	r.Policy = policy.Policy{
		Source: policy.Source{File: ".layergate.yaml"},
		Limits: policy.Limits{Unfixable: "critical"},
		Exceptions: []policy.Exception{{
			ID: "CVE-2023-45853", Reason: "the shop never writes zip files", Owner: "web@shop.example", Expires: "2027-01-31",
			Where: &finding.Location{File: ".layergate.yaml", Line: 9, EndLine: 13},
		}},
	}
	const critical, high, medium, low = finding.SeverityCritical, finding.SeverityHigh, finding.SeverityMedium, finding.SeverityLow
	openssl, libc, perl := debian("libssl3", "3.0.9-1"), debian("libc6", "2.36-9+deb12u6"), debian("perl-base", "5.36.0-7+deb12u1")
	curl, magick := debian("curl", "7.88.1-10+deb12u3"), debian("imagemagick", "8:6.9.11.60+dfsg-1.6")
	lodash := npm("lodash", "4.17.15", "/srv/shop/node_modules/lodash/package.json")
	axios := npm("axios", "1.6.0", "/srv/shop/node_modules/axios/package.json")
	log4j := heldPackage{finding.Package{Name: "log4j-core", Version: "2.14.1", Type: "java-archive"}, "/opt/tools/report.jar"}
	findings := []finding.Finding{
		vulnerable("CVE-2023-5363", high, 7.5, base, openssl, "3.0.11-1~deb12u2"),
		vulnerable("CVE-2023-6129", medium, 6.5, base, openssl, "3.0.13-1~deb12u1"),
		vulnerable("CVE-2024-33599", high, 8.1, base, libc, "2.36-9+deb12u7"),
		vulnerable("CVE-2024-33600", medium, 5.3, base, libc, "2.36-9+deb12u7"),
		vulnerable("CVE-2019-1010022", finding.SeverityNegligible, 9.8, base, libc),
		vulnerable("CVE-2023-31484", high, 8.1, base, perl),
		vulnerable("CVE-2023-45853", critical, 9.8, base, debian("zlib1g", "1:1.2.13.dfsg-1")),
		vulnerable("CVE-2011-3374", finding.SeverityNegligible, 3.7, base, debian("apt", "2.6.1")),
		vulnerable("CVE-2023-38545", critical, 9.8, apt, curl, "7.88.1-10+deb12u4"),
		vulnerable("CVE-2023-46218", medium, 6.5, apt, curl, "7.88.1-10+deb12u5"),
		vulnerable("CVE-2023-38546", low, 3.7, apt, curl, "7.88.1-10+deb12u4"),
		vulnerable("CVE-2023-34151", medium, 5.5, apt, magick, "8:6.9.11.60+dfsg-1.6+deb12u1"),
		vulnerable("CVE-2023-1289", medium, 5.5, apt, magick, "8:6.9.11.60+dfsg-1.6+deb12u1"),
		vulnerable("GHSA-35jh-r3h4-6jhm", high, 7.2, modules, lodash, "4.17.21"),
		vulnerable("GHSA-p6mc-m468-83gw", high, 7.4, modules, lodash, "4.17.19"),
		vulnerable("GHSA-29mw-wpgm-hmr9", medium, 5.3, modules, lodash, "4.17.21"),
		vulnerable("GHSA-wf5p-g6vw-rhxx", medium, 6.5, modules, axios, "1.6.1"),
		vulnerable("CVE-2021-44228", critical, 10, jar, log4j, "2.15.0"),
	}
	summaries := map[string]string{
		"CVE-2023-38545": "Heap buffer overflow in the SOCKS5 proxy handshake", "GHSA-35jh-r3h4-6jhm": "Command injection in lodash",
		"GHSA-p6mc-m468-83gw": "Prototype pollution in lodash", "CVE-2021-44228": "Remote code execution by JNDI lookups in log messages",
		"GHSA-wf5p-g6vw-rhxx": "Cross-site request forgery in axios", "CVE-2023-45853": "Integer overflow in MiniZip when a file is added to an archive",
	}
	for i := range findings {
		f := &findings[i]
		f.Summary, f.Location, f.Baseline = summaries[f.ID], &lines[f.Layer.Index], finding.BaselineUnchanged
		switch {
		case f.Vulnerability.Package.Name == "log4j-core":
			f.Vulnerability.Guess = "It is taken for org.apache.logging.log4j:log4j-core, since it does not declare its group, and has classes in org.apache.logging.log4j.core"
			f.State, f.Baseline = finding.Shadowed, finding.BaselineNew
		case f.Layer.Index == modules.Index:
			f.Baseline = finding.BaselineNew
		case f.ID == "CVE-2024-33599":
			f.Baseline = finding.BaselineNewlyKnown
		}
	}
	gap := unread("linux/amd64", finding.Coverage{Gap: finding.GapUnpublished, Ecosystem: "R-package", Count: 1}, "")
	gap.Baseline = finding.BaselineUnchanged
	return judge(r, "low", slices.Concat(findings, []finding.Finding{gap})...)
}
