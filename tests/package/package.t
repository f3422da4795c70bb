#!/bin/sh
# The Debian package that `make package` made: what lintian says of it, what is in it, and that it works.
# package.t FOLDER
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

made=${1:?the folder that make package made}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
unset BTFMATRIX_DIR

# its remarks and its pedantry are told, and no more
lintian --allow-root -I --pedantic "$made"/*.changes >"$tmp/lintian" 2>&1
sed 's/^/# /' "$tmp/lintian"
is "$(grep -c '^[EW]:' "$tmp/lintian")" 0 "lintian has no error and no warning"
deb=$(ls "$made"/btfmatrix_*_*.deb)
is "$(echo "$deb" | wc -l)" 1 "there is one package"
is "$(dpkg-deb -f "$deb" Version)" "$(sed -n 's/^VERSION *:= *//p' Makefile)" "its version is the program's"

dpkg-deb -x "$deb" "$tmp/root"
for dir in arches configs patches harness/probe; do
	(git ls-files "$dir" || find "$dir" -type f) | sort >"$tmp/wanted"
	(cd "$tmp/root/usr/share/btfmatrix" && find "$dir" -type f | sort) >"$tmp/got"
	ok_if "$dir is in it, every file" cmp -s "$tmp/wanted" "$tmp/got"
done
(cd "$tmp" && "$tmp/root/usr/bin/btfmatrix" plan) >"$tmp/out" 2>&1
has "$tmp/out" "$tmp/root/usr/share/btfmatrix/configs/matrices/default.ini" "it finds its data"
for file in man/man1/btfmatrix.1.gz bash-completion/completions/btfmatrix zsh/vendor-completions/_btfmatrix doc/btfmatrix/copyright; do
	ok_if "it has $file" test -s "$tmp/root/usr/share/$file"
done

# What it recommends, with what it depends on, is what packages.list has for building and booting.
{
	dpkg-deb -f "$deb" Recommends
	dpkg-deb -f "$deb" Depends
	sed -n '/^Build-Depends:/,/^$/p' debian/control | sed 's/^Build-Depends://'
} | tr ',|' '\n\n' | sed -e 's/(.*//' -e 's/ //g' | sort -u >"$tmp/wanted"
# in every Debian that builds packages, or for unit tests
printf '%s\n' build-essential libcmocka-dev >>"$tmp/wanted"
sed -e '/^\[/,$d' -e 's/#.*//' packages.list | tr '|' '\n' | sed -e 's/ //g' -e '/^$/d' >"$tmp/got"
is "$(grep -vxF -f "$tmp/wanted" "$tmp/got" | tr '\n' ' ')" "" "it names all packages that a run needs"
finish
