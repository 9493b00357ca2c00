#!/usr/bin/env bash
# Packs what stage.sh laid out in dist/extension as dist/layergate-VERSION.vsix:
#
#   cmd/azure-task/package.sh VERSION
#
# It runs tfx-cli and what that depends on, in the versions and with the digests of package-lock.json, from a temporary
# directory. None of it is believed: "go run ./cmd/release extension" compares what it packed with what was laid out.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?usage: package.sh VERSION}
limit=$((50 * 1000 * 1000))

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
cp cmd/azure-task/package.json cmd/azure-task/package-lock.json "$tools/"
npm ci --prefix "$tools" --silent --no-audit --no-fund --ignore-scripts

vsix=$PWD/dist/layergate-$version.vsix
rm -f "$vsix"
"$tools/node_modules/.bin/tfx" extension create --no-color --root dist/extension --manifest-globs vss-extension.json \
	--output-path "$vsix" | tee "$tools/log"
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
