#!/bin/sh
# Tool roots where Debian cannot be reached, and where one was left half-made: with the real mmdebstrap.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
if ! command -v mmdebstrap >/dev/null; then
	echo "1..0 # SKIP no mmdebstrap"
	exit 0
fi
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
# nothing listens there
export BTFMATRIX_DEBIAN_MIRROR=http://127.0.0.1:9/debian XDG_CACHE_HOME="$tmp/cache"
roots=$tmp/cache/btfmatrix/toolroots

fetch() {
	"$BTFMATRIX" fetch "$1" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

fetch root:trixie
is "$status" 2 "no network: status"
has "$tmp/err" "gcc-s390x-linux-gnu.* of Debian trixie are missing" "no network: the packages are named"
has "$tmp/err" "127\.0\.0\.1" "no network: and the reason"
is "$(cat "$tmp/out")" "" "no network: no path"
is "$(find "$roots" -mindepth 1 -type d)" "" "no network: nothing half-made is left"

log=$(sed -n 's/.*; see \(.*\)$/\1/p' "$tmp/err")
ok_if "no network: the log is there" test -s "$log"

# As an interruption leaves it: a root under its own name, without a stamp.
mkdir -p "${log%.log}/root/usr/bin" "${log%.log}/run/usr/bin"
echo '#!/bin/sh' >"${log%.log}/run/usr/bin/gcc"
chmod +x "${log%.log}/run/usr/bin/gcc"
fetch root:trixie
is "$status" 2 "half-made, no network: not used"
has "$tmp/err" "never finished" "half-made: said to be"
ok_if "half-made: gone" test ! -e "${log%.log}"

fetch root:nowhere
is "$status" 2 "a root that is in no descriptor: status"
has "$tmp/err" "no tool root 'nowhere'" "a root that is in no descriptor: said"

"$BTFMATRIX" plan --toolchain path:/nowhere/x- >"$tmp/out" 2>"$tmp/err"
is $? 2 "an unpacked toolchain that is not there: status"
has "$tmp/err" "there is no program /nowhere/x-gcc" "an unpacked toolchain that is not there: said"

finish
