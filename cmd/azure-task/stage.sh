#!/usr/bin/env bash
# Lays out what the package of the Azure Pipelines task holds, in dist/extension:
#
#   cmd/azure-task/stage.sh VERSION PROGRAMS [PACKED]
#
# VERSION is MAJOR.MINOR.PATCH, PROGRAMS the directory that .ci/build made. The programs of the platforms PACKED are put
# into the package, linux/amd64 by default: two would make it larger than 50 MB. The others are only named in its
# release.json, by their SHA-256: the task downloads them on the agent, from LAYERGATE_RELEASE_URL with {version} and {name}
# in it. Nothing of npm runs here.
set -euo pipefail
cd "$(dirname "$0")/../.."

[[ ${1-} =~ ^[0-9]+\.[0-9]+\.[0-9]+$ && -f ${2-}/SHA256SUMS ]] || { echo "usage: stage.sh MAJOR.MINOR.PATCH PROGRAMS [PACKED]" >&2; exit 2; }
version=$1 programs=$2 packed=${3-linux/amd64}
url=${LAYERGATE_RELEASE_URL:-https://github.com/layergate/layergate/releases/download/v{version\}/{name\}}

extension=dist/extension
rm -rf "$extension"
mkdir -p "$extension/task" "$extension/tab"
for platform in $packed; do
	cp "$programs/layergate-${platform%/*}-${platform#*/}" "$extension/task/"
done
cp LICENSE cmd/azure-task/extension-icon.png "$extension/"
cp cmd/azure-task/tab/index.html cmd/azure-task/tab/tab.css cmd/azure-task/tab/tab.js "$extension/tab/"
cp cmd/azure-task/index.js cmd/azure-task/icon.png LICENSE "$extension/task/"
node - "$version" "$url" "$extension" "$programs/SHA256SUMS" <<'EOF'
const fs = require('node:fs');
const [version, url, extension, sums] = process.argv.slice(2);
const read = (name) => JSON.parse(fs.readFileSync(name, 'utf8'));
const write = (name, value) => fs.writeFileSync(`${extension}/${name}`, `${JSON.stringify(value, null, 2)}\n`);

const manifest = { ...read('cmd/azure-task/vss-extension.json'), version };
write('vss-extension.json', manifest);
const [Major, Minor, Patch] = version.split('.').map(Number);
write('task/task.json', { ...read('task.json'), version: { Major, Minor, Patch } });

const lines = fs.readFileSync(sums, 'utf8').trim().split('\n');
const sha256 = Object.fromEntries(lines.map((line) => line.split(/\s+\*?/)).map(([sum, name]) => [name, sum]));
write('task/release.json', { version, url, sha256 });

// The Marketplace shows the README on a page of its own, where links into the repository would lead nowhere. Pictures are
// taken as they are, and not by the page about them.
const readme = fs.readFileSync('README.md', 'utf8').replace(/(!?)(\[[^\]]*\])\((?!https?:|#)([^)]+)\)/g,
	(_, picture, text, path) => `${picture}${text}(${manifest.repository.uri}/${picture ? 'raw' : 'blob'}/v${version}/${path})`);
fs.writeFileSync(`${extension}/README.md`, readme);
EOF
