#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Puts the catalogue of checks into docs/btfmatrix.1, between the lines that say where it begins and ends.
#
#   update-man.sh PROGRAM        PROGRAM is the btfmatrix whose checks they are

set -eu
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || {
	echo "usage: update-man.sh PROGRAM" >&2
	exit 2
}
new=docs/btfmatrix.1.new
trap 'rm -f "$new"' EXIT
{
	sed '/^\.\\" checks begin/q' docs/btfmatrix.1
	"$1" checks --format mdoc
	sed -n '/^\.\\" checks end/,$p' docs/btfmatrix.1
} >"$new"
mv "$new" docs/btfmatrix.1
