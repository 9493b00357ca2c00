#!/usr/bin/env bash
# Prints one digest of a directory: of its files' names and contents.
#
#   .github/digest.sh DIRECTORY
#
# The jobs of a release hand their files on as artifacts, which any job of the run could write. The digest goes from job to job
# as an output, which only the job that has it can set.
set -euo pipefail

cd "${1:?usage: digest.sh DIRECTORY}"
# Whatever is no regular file and no directory would be left out, and is refused.
[ -z "$(find . ! -type f ! -type d -print -quit)" ] || { echo "digest.sh: $1 has links or other files that are not regular" >&2; exit 1; }
find . -type f -print0 | LC_ALL=C sort --zero-terminated | xargs --null sha256sum -- | sha256sum | cut -d ' ' -f 1
