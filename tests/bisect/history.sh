#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the path of the real history, and makes it first where it is not there (some minutes; 300 MB in the cache, and 2 GB on the way).
set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
tarball=$(ls /usr/src/linux-source-6.12.tar.xz 2>/dev/null) || {
	echo "history.sh: no /usr/src/linux-source-6.12.tar.xz: install the package linux-source-6.12" >&2
	exit 2
}
# another script makes another history
id=$(sha256sum tests/bisect/make-history | cut -c1-12)
dir=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/tests/history-$id
if ! git -C "$dir" rev-parse -q --verify c64 >/dev/null 2>&1; then
	rm -rf "$dir" "$dir.new"
	mkdir -p "${dir%/*}"
	tests/bisect/make-history "$tarball" "$dir.new" >&2
	mv "$dir.new" "$dir"
fi
echo "$dir"
