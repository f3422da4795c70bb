#!/bin/sh
# What is bisected beside commits: the patches of a series, paholes, the lines of a configuration.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/bisect/fake-kernel.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_PAHOLE:?a pahole of version 1.28 or later}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export PYTHONDONTWRITEBYTECODE=1 GIT_CONFIG_GLOBAL=/dev/null

fake_kernels || { echo "Bail out! no kernel in the cache: make run"; exit 2; }
fake_cache
fake_series
tree=$tmp/tree
fake_tree "$tree"
fake_remark "$tree" kernel/a.c 01
finding=percpu.offset-matches-symbol:runqueues
cell=x86_64/gcc/n

# bisect NAME ARGS...: leaves $status, $tmp/NAME.out and $tmp/NAME.err
bisect() {
	name=$1
	shift
	"$BTFMATRIX" bisect --kernel-dir "$tree" --cell $cell --finding $finding "$@" >"$tmp/$name.out" 2>"$tmp/$name.err"
	status=$?
	sed 's/^/# /' "$tmp/$name.out"
	[ $status -eq 0 ] || tail -n 5 "$tmp/$name.err" | sed 's/^/# /'
}

# Four patches, of which the third spoils BTF.
mkdir "$tmp/patches"
git -C "$tree" checkout -q -b topic
fake_remark "$tree" kernel/a.c p1
fake_remark "$tree" drivers/b.c p2
fake_state "$tree" spoilt p3
fake_remark "$tree" kernel/a.c p4
git -C "$tree" format-patch -q -o "$tmp/patches" main
git -C "$tree" checkout -q main
git -C "$tree" branch -qD topic
bisect series --series "$tmp/patches"
is $status 0 "a series: status 0"
has "$tmp/series.out" "the first bad patch is" "a series: it is a patch"
has "$tmp/series.out" "0003-state-spoilt" "a series: the right one"
sed -i 's/a \*\//other *\//' "$tmp/patches/0004"*
bisect conflict --series "$tmp/patches"
is $status 2 "a series with a patch that does not apply: status 2"
has "$tmp/conflict.err" "0004-.*kernel/a.c" "a series with a patch that does not apply: it is named"

# Paholes of several versions; this tree's kernel minds those from 1.32 on.
mkdir "$tmp/paholes"
for version in 30 31 32 33; do
	cat >"$tmp/paholes/pahole-$version" <<EOF
#!/bin/sh
[ "\$1" = --version ] && echo v1.$version && exit
exec "$BTFMATRIX_PAHOLE" "\$@"
EOF
	chmod +x "$tmp/paholes/pahole-$version"
done
cat >"$tree/state.mk" <<'EOF'
STATE = $(if $(filter v1.32 v1.33,$(shell $(PAHOLE) --version)),spoilt,good)
EOF
fake_commit "$tree" "the kernel minds its pahole"
bisect paholes --series "$tmp/series" --pahole-dir "$tmp/paholes"
is $status 0 "paholes: status 0"
has "$tmp/paholes.out" "the first bad pahole is" "paholes: it is one of them"
has "$tmp/paholes.out" "/pahole-32 pahole 1.32" "paholes: the right one"
mkdir "$tmp/few"
cp "$tmp/paholes/pahole-30" "$tmp/few"
bisect few --series "$tmp/series" --pahole-dir "$tmp/few"
is $status 2 "one pahole: status 2"
has "$tmp/few.err" "has 1 pahole: an older and a newer one are needed" "one pahole: it is said"

# Commits of a tree that makes a pahole, one of which does not build.
git init -q -b main "$tmp/dwarves"
for version in 30 31 32 33; do
	sed "s/v1.[0-9]*/v1.$version/" "$tmp/paholes/pahole-30" >"$tmp/dwarves/pahole.in"
	[ $version != 31 ] || echo exit 1 >"$tmp/dwarves/broken"
	fake_commit "$tmp/dwarves" "version $version"
	rm -f "$tmp/dwarves/broken"
done
bisect dwarves --series "$tmp/series" --pahole-dir "$tmp/dwarves" --good HEAD~3 --bad HEAD \
	--pahole-build '[ ! -e broken ] && mkdir -p build && cp pahole.in build/pahole && chmod +x build/pahole'
is $status 1 "pahole's commits, one of which does not build: status 1"
has "$tmp/dwarves.out" "version 32" "the culprit is a suspect"
has "$tmp/dwarves.out" "version 31" "so is the commit before, which does not build"
bisect nobuild --pahole-dir "$tmp/dwarves" --good HEAD~3
is $status 2 "pahole's commits and no command: status 2"

# Two lines of a configuration that are bad together.
cat >"$tree/state.mk" <<'EOF'
STATE = $(if $(filter 2,$(shell grep -c -e CONFIG_SPOIL_A=y -e CONFIG_SPOIL_B=y $(O)/.config)),spoilt,good)
EOF
fake_commit "$tree" "the kernel minds its configuration"
printf 'CONFIG_SAME=y\n# CONFIG_SPOIL_A is not set\nCONFIG_OTHER=1\n' >"$tmp/good.config"
printf 'CONFIG_SAME=y\nCONFIG_SPOIL_A=y\nCONFIG_SPOIL_B=y\nCONFIG_OTHER=2\nCONFIG_X=y\nCONFIG_Y=m\n' >"$tmp/bad.config"
bisect config --series "$tmp/series" --config-good "$tmp/good.config" --config-bad "$tmp/bad.config"
is $status 0 "a configuration: status 0"
has "$tmp/config.out" "^  CONFIG_SPOIL_A=y (was: # CONFIG_SPOIL_A is not set)" "a configuration: the one line"
has "$tmp/config.out" "^  CONFIG_SPOIL_B=y (was not there)" "a configuration: the other"
is "$(grep -c '^  CONFIG_' "$tmp/config.out")" 2 "a configuration: no more than these"
bisect swapped --series "$tmp/series" --config-good "$tmp/bad.config" --config-bad "$tmp/good.config"
is $status 2 "a good configuration that is bad: status 2"
has "$tmp/swapped.out" "the good configuration, .*bad.config, is bad" "a good configuration that is bad: it is said"
finish
