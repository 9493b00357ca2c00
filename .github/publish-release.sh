#!/usr/bin/env bash
# Publishes the release of a tag that is there, with its files:
#
#   .github/publish-release.sh VERSION NOTES FILE...
#
# It is a draft until it has all files, because an immutable release takes none once it is published. A draft that an
# earlier run left behind is made anew. A release that is published already must have these very files.
set -euo pipefail

[ $# -ge 3 ] || { echo "usage: publish-release.sh VERSION NOTES FILE..." >&2; exit 2; }
tag=v$1 title="Layergate $1" notes=$2
shift 2

draft=$(gh release view "$tag" --json isDraft --jq .isDraft) || draft=none
if [ "$draft" = false ]; then
	published=$(mktemp -d) ours=$(mktemp -d)
	trap 'rm -rf "$published" "$ours"' EXIT
	gh release download "$tag" --dir "$published"
	cp -- "$@" "$ours/"
	diff --recursive "$ours" "$published" || { echo "publish-release.sh: $tag is published with other files" >&2; exit 1; }
	echo "$tag is published with these files"
	exit
fi
[ "$draft" = none ] || gh release delete "$tag" --yes
gh release create "$tag" --draft --verify-tag --title "$title" --generate-notes --notes "$notes" "$@"
gh release edit "$tag" --draft=false
