# What the scripts beside this one share. It is sourced, by bash, and makes the repository's root the working directory.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# step says what begins.
step() { printf '\n== %s\n' "$*"; }

# skipped says what is not done, and why. .ci/run says all of it again at its end.
skipped() { printf -- '-- skipped: %s\n' "$*" | tee -a "${LAYERGATE_CI_SKIPPED:-/dev/null}"; }

# check NAME COMMAND... runs a command whose failure lets the script go on. finish ends the script, and names what failed.
failed=()
check() {
	step "$1"
	"${@:2}" || failed+=("$1")
}
finish() {
	[ ${#failed[@]} -gt 0 ] || exit 0
	printf '\n!! failed:\n'
	printf '   %s\n' "${failed[@]}"
	exit 1
}
