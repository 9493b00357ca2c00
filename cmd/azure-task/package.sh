#!/usr/bin/env bash
# Packs the Azure Pipelines task as dist/layergate-VERSION.vsix:
#
#   cmd/azure-task/package.sh VERSION [PACKED [FETCHED]]
#
# VERSION is MAJOR.MINOR.PATCH. PACKED and FETCHED are lists of platforms, such as "linux/amd64 linux/arm64". The binaries
# of PACKED are put into the package. Those of FETCHED are only named in its release.json, by their SHA-256: the task
# downloads them on the agent. By default linux/amd64 is packed and linux/arm64 fetched, because together they would make a
# package above 50 MB. All binaries stay in dist/release, to be uploaded with the release, whose address is
# LAYERGATE_RELEASE_URL, with {version} and {name} in it.
#
# It needs Go, Node and tfx-cli, which is installed from npm into a temporary directory unless tfx is on the path.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?usage: package.sh VERSION [PACKED [FETCHED]]}
packed=${2-linux/amd64}
fetched=${3-linux/arm64}
url=${LAYERGATE_RELEASE_URL:-https://github.com/layergate/layergate/releases/download/v{version\}/{name\}}
limit=$((50 * 1000 * 1000))
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "package.sh: $version is not MAJOR.MINOR.PATCH" >&2; exit 2; }

extension=dist/extension
rm -rf "$extension" dist/release
mkdir -p "$extension/task" dist/release

for platform in $packed $fetched; do
	os=${platform%/*} arch=${platform#*/}
	name=layergate-$os-$arch
	[ "$os" != windows ] || name=$name.exe
	echo "building $name"
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags "-s -w -X main.version=$version" -o "dist/release/$name" ./cmd/layergate
	[[ " $packed " != *" $platform "* ]] || cp "dist/release/$name" "$extension/task/"
done
(cd dist/release && sha256sum layergate-*) >dist/release.sha256
mv dist/release.sha256 dist/release/SHA256SUMS

cp LICENSE cmd/azure-task/vss-extension.json cmd/azure-task/extension-icon.png "$extension/"
cp cmd/azure-task/index.js cmd/azure-task/icon.png LICENSE "$extension/task/"
node - "$version" "$url" "$extension" <<'EOF'
const fs = require('node:fs');
const [version, url, extension] = process.argv.slice(2);
const directory = `${extension}/task`;
const write = (name, value) => fs.writeFileSync(`${directory}/${name}`, `${JSON.stringify(value, null, 2)}\n`);

const [Major, Minor, Patch] = version.split('.').map(Number);
write('task.json', { ...JSON.parse(fs.readFileSync('task.json', 'utf8')), version: { Major, Minor, Patch } });

const lines = fs.readFileSync('dist/release/SHA256SUMS', 'utf8').trim().split('\n');
const sha256 = Object.fromEntries(lines.map((line) => line.split(/\s+\*?/)).map(([sum, name]) => [name, sum]));
write('release.json', { version, url, sha256 });

// The Marketplace shows the README on a page of its own, where links into the repository would lead nowhere.
const { repository } = JSON.parse(fs.readFileSync('cmd/azure-task/vss-extension.json', 'utf8'));
const readme = fs.readFileSync('README.md', 'utf8').replace(/\]\((?!https?:|#)([^)]+)\)/g, `](${repository.uri}/blob/v${version}/$1)`);
fs.writeFileSync(`${extension}/README.md`, readme);
EOF

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
if ! command -v tfx >/dev/null; then
	npm install --prefix "$tools" --silent --no-audit --no-fund --ignore-scripts tfx-cli@0.23.1
	PATH=$tools/node_modules/.bin:$PATH
fi
vsix=$PWD/dist/layergate-$version.vsix
rm -f "$vsix"
tfx extension create --no-color --root "$extension" --manifest-globs vss-extension.json --override "{\"version\":\"$version\"}" --output-path "$vsix" | tee "$tools/log"
if grep -q "Invalid task json" "$tools/log"; then # to tfx that is a warning only
	rm "$vsix"
	echo "package.sh: tfx finds fault with task.json" >&2
	exit 1
fi

size=$(wc -c <"$vsix")
printf '%s: %d bytes (%d.%d MB)\n' "dist/${vsix##*/}" "$size" $((size / 1000000)) $((size / 100000 % 10))
if [ "$size" -ge "$limit" ]; then
	echo "package.sh: the package is not below 50 MB; pack fewer platforms and have the task fetch them" >&2
	exit 1
fi
