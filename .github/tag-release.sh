#!/usr/bin/env bash
# Points a release's tags to a commit of their own, whose action.yml names the released image:
#
#   .github/tag-release.sh VERSION sha256:DIGEST
#
# HEAD is the commit that vVERSION points to, and the image was made of. The new commit follows it and changes nothing but
# action.yml; no branch has it. vVERSION moves there, and so does vMAJOR unless there is a higher version of that major one.
# The remote takes both tags or none, and none that somebody else has moved meanwhile. A second call with the same image
# finds nothing left to do.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1-} digest=${2-} remote=origin
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "tag-release.sh: '$version' is not MAJOR.MINOR.PATCH" >&2; exit 2; }
tag=v$version major=v${version%%.*}

built=$(git rev-parse HEAD)
tags=$(git ls-remote --tags "$remote" "refs/tags/$major" "refs/tags/$major.*")
# An annotated tag is listed as the tag itself, and with ^{} as the commit that it points to.
at() { awk -v ref="refs/tags/$1" '$2 == ref { print $1 }' <<<"$tags"; }
tag_object=$(at "$tag")
tagged=$(at "$tag^{}")
tagged=${tagged:-$tag_object}

if [ -n "$tagged" ] && [ "$tagged" != "$built" ]; then
	git fetch --quiet --depth 2 "$remote" "$tagged"
	if [ "$(git rev-parse "$tagged^")" = "$built" ] && git show "$tagged:action.yml" | grep -q "@$digest\$"; then
		echo "$tag is released with this image"
		exit 0
	fi
fi
[ "$tagged" = "$built" ] || { echo "tag-release.sh: $tag does not point to $built, which the image was made of" >&2; exit 1; }

.github/pin-action.sh "$digest"
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
	commit --quiet -m "Release $version: run the image that was built of $built" action.yml

moves=("+HEAD:refs/tags/$tag")
highest=$(awk '{ print $2 }' <<<"$tags" | sed -n "s|^refs/tags/\($major\.[0-9]*\.[0-9]*\)\$|\1|p" | sort --version-sort | tail -n 1)
[ "$highest" != "$tag" ] || moves+=("+HEAD:refs/tags/$major")
git push --quiet --atomic --force-with-lease="refs/tags/$tag:$tag_object" --force-with-lease="refs/tags/$major:$(at "$major")" "$remote" "${moves[@]}"
echo "$tag points to $(git rev-parse HEAD)${moves[1]:+, and so does $major}"
