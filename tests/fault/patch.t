#!/bin/sh
# Series that do not fit, and trees that are none: `btfmatrix patch --check`, and what a run says of them. Nothing is
# built here.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# A project with a small series for 6.10 to 6.19, and a cache of our own.
real=$PWD
export BTFMATRIX_DIR=$tmp/project XDG_CACHE_HOME=$tmp/cache
mkdir -p "$BTFMATRIX_DIR/harness" "$BTFMATRIX_DIR/results" "$tmp/tree/lib" "$XDG_CACHE_HOME"
cp -R arches configs docs "$BTFMATRIX_DIR/"
cp -R harness/probe "$BTFMATRIX_DIR/harness/"
series=$BTFMATRIX_DIR/patches/linux/6.12
mkdir -p "$series"
printf '[series]\nversions = 6.10..6.19\n' >"$series/series.ini"
printf '1.patch\n2.patch\n' >"$series/series"
cat >"$series/1.patch" <<'END'
--- a/lib/one
+++ b/lib/one
@@ -1,3 +1,4 @@
 a
+first
 b
 c
@@ -5,3 +6,4 @@
 e
+second
 f
 g
END
cat >"$series/2.patch" <<'END'
--- /dev/null
+++ b/lib/two
@@ -0,0 +1 @@
+two
END

fresh_tree() {
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/lib"
	printf 'VERSION = 6\nPATCHLEVEL = %s\nSUBLEVEL = 7\n' "${1-12}" >"$tmp/tree/Makefile"
	: >"$tmp/tree/Kbuild"
	printf 'a\nb\nc\nd\ne\nf\ng\n' >"$tmp/tree/lib/one"
}

check() {
	"$BTFMATRIX" patch --check "$tmp/tree" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

fresh_tree
find "$tmp/tree" -type f -exec cksum {} + >"$tmp/before"
check
is $status 0 "it fits: status 0"
has "$tmp/out" '^Linux 6.12.7: 6.12$' "it fits: tree and series are named"
has "$tmp/out" '^2 of 2 patches apply, 0 are there' "it fits: both apply"
find "$tmp/tree" -type f -exec cksum {} + >"$tmp/after"
ok_if "the tree is only read" cmp -s "$tmp/before" "$tmp/after"

# A repository, and a folder inside of one
(cd "$tmp/tree" && git init -q .)
check
has "$tmp/out" '^2 of 2 patches apply' "a repository: both apply"
rm -rf "$tmp/tree/.git"
(cd "$tmp" && git init -q .)
check
has "$tmp/out" '^2 of 2 patches apply' "a folder in a repository: both apply"
rm -rf "$tmp/.git"

# Applied before
(cd "$tmp/tree" && GIT_CEILING_DIRECTORIES=$tmp git apply "$series/1.patch" "$series/2.patch")
check
is $status 0 "all is there: status 0"
has "$tmp/out" '^0 of 2 patches apply, 2 are there' "all is there"

# Half of one is there
fresh_tree
printf 'a\nfirst\nb\nc\nd\ne\nf\ng\n' >"$tmp/tree/lib/one"
check
is $status 1 "half applied: status 1"
has "$tmp/out" '^  is half there *1.patch$' "half applied: the patch"
has "$tmp/out" '^    is there *lib/one: hunk 1 of 2, line 1$' "half applied: the hunk that is there"
has "$tmp/out" '^    applies *lib/one: hunk 2 of 2, line 5$' "half applied: the hunk that is not"

# Somebody else's change in the way
fresh_tree
printf 'a\nb\nc\nd\ne\nF\ng\n' >"$tmp/tree/lib/one"
check
is $status 1 "a conflict: status 1"
has "$tmp/out" '^    conflicts *lib/one: hunk 2 of 2, line 5$' "a conflict: file, hunk and line"
has "$tmp/out" '^  applies *2.patch$' "a conflict: the others are judged too"
check --format json
has "$tmp/out" '"state": "conflicts"' "a conflict: as JSON"
"$BTFMATRIX" fetch 6.12 --kernel-dir "$tmp/tree" >"$tmp/out" 2>"$tmp/err"
is $? 2 "a run with a conflict: status 2"
has "$tmp/err" '1.patch neither applies nor is there already: lib/one: hunk 2 of 2, line 5' \
	"a run with a conflict: patch, file and hunk"
has "$tmp/err" 'the tree is Linux 6.12.7.*nearest of ours is 6.12 (6.10..6.19)' \
	"a run with a conflict: the tree's version and the nearest series"

# Trees that are none, or that nothing is for
check_other() {
	"$BTFMATRIX" patch --check "$1" >"$tmp/out" 2>"$tmp/err"
	status=$?
}
check_other "$tmp/project"
is $status 2 "no kernel: status 2"
has "$tmp/err" 'is not the top of a kernel tree' "no kernel: it says so"
check_other "$tmp/nowhere"
is $status 2 "no such folder: status 2"
fresh_tree 4
check
is $status 2 "no series for 6.4: status 2"
has "$tmp/err" 'no series in patches/linux is for Linux 6.4: there are 6.12 (6.10..6.19)' \
	"no series for 6.4: those there are"
"$BTFMATRIX" plan --kernel-dir "$tmp/tree" --arch s390x >"$tmp/out" 2>&1
has "$tmp/out" 'left out: s390x/gcc/6.4/m: no series in patches/linux is for Linux 6.4' \
	"no series for 6.4: plan says why"

# No network: the package is named, and nothing half-made stays
sed 's/linux-source-7/linux-source-9/' configs/kernels/7.x.ini >"$BTFMATRIX_DIR/configs/kernels/9.x.ini"
BTFMATRIX_DEBIAN_MIRROR=http://127.0.0.1:9/debian "$BTFMATRIX" fetch 9.x >"$tmp/out" 2>"$tmp/err"
is $? 2 "no network: status 2"
has "$tmp/err" 'cannot fetch the package linux-source-9.* of Debian trixie-backports' "no network: which package"
has "$tmp/err" '127.0.0.1' "no network: and the reason"
ok_if "no network: nothing half-made stays" test ! -e "$XDG_CACHE_HOME/btfmatrix/debian/9.x" \
	-a ! -e "$XDG_CACHE_HOME/btfmatrix/debian/9.x.partial"

# A series of the user's, in place of ours and on top of it
cat >"$tmp/mail" <<'END'
From dev@example.org Thu Jan  1 00:00:00 1970
From: A Developer <dev@example.org>
Subject: [PATCH 1/1] one: change the last line
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset=UTF-8

Why =3D so.
---
--- a/lib/one
+++ b/lib/one
@@ -5,3 +5,3 @@
 e
 f
-g
+=47
END
check --series "$tmp/mail"
is $status 0 "a mailbox for any kernel: status 0"
has "$tmp/out" '^  applies *0001-one-change-the-last-line.patch$' "a mailbox: its patch applies"
fresh_tree
check --series "+$tmp/mail"
is $status 1 "on top of ours, it does not fit: status 1"
has "$tmp/out" '^  applies *2.patch$' "on top of ours: ours apply"
has "$tmp/out" '^  conflicts *0001-one-change-the-last-line.patch$' "on top of ours: it conflicts"
check --series "$tmp/nowhere"
is $status 2 "no such series: status 2"
sed 's/1\/1/2\/3/' "$tmp/mail" >"$tmp/part"
check --series "$tmp/part"
is $status 2 "a series with gaps: status 2"
has "$tmp/err" 'patch 1/3 of version 1 is missing' "a series with gaps: which"

gzip <"$tmp/mail" | head -c 150 >"$tmp/cut.gz"
check --series "$tmp/cut.gz"
is $status 2 "a gzipped mailbox that is cut off: status 2"
has "$tmp/err" 'cut.gz is gzipped and damaged: gzip: .*unexpected end of file' "a gzipped mailbox that is cut off: it says so"
fresh_tree
(cd "$tmp/project/patches" && "$BTFMATRIX" patch --check "$tmp/tree" --series linux/6.12 >"$tmp/out" 2>"$tmp/err")
is $? 0 "a series by a path from the current folder: status 0"
has "$tmp/out" '^2 of 2 patches apply' "a series by a path from the current folder: both apply"

# A feature that is a bool
"$BTFMATRIX" plan --feature btf-global-vars --arch s390x >"$tmp/out" 2>&1
has "$tmp/out" 'left out: s390x/gcc/6.12/m: feature btf-global-vars has no mode m' \
	"a bool has no mode m: plan says why"
"$BTFMATRIX" plan --feature btf-globalvars >"$tmp/out" 2>&1
is $? 2 "no such feature: status 2"
has "$tmp/out" "did you mean 'btf-global-vars'" "no such feature: the nearest"

# Ours, on the trees they are for, are tried by every run; here, that each is well formed.
unset BTFMATRIX_DIR
for dir in "$real"/patches/linux/*/; do
	name=$(basename "$dir")
	nr=0
	while read -r patch; do
		[ -n "$patch" ] && git apply --numstat "$dir/$patch" >"$tmp/out" 2>&1 && nr=$((nr + 1))
	done <"$dir/series"
	is $nr 3 "our series $name: three patches git can read"
done
finish
