# A kernel tree that builds in no time, for tests of what is done with trees and not of kernels: its Makefile does for
# kbuild and copies a kernel that was built before. Sourced; $tmp is a folder of the test's, and $BTFMATRIX the program.
#
# state.mk in the tree says what it builds: STATE = good, spoilt (BTF has runqueues elsewhere), dead (it does not boot)
# or broken (it does not compile).

# The cache of the test, which shares with the real one what takes long to get.
fake_cache() {
	real=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix
	mkdir -p "$tmp/cache/btfmatrix"
	for part in tools probe; do
		mkdir -p "$real/$part"
		ln -s "$real/$part" "$tmp/cache/btfmatrix/$part"
	done
	export XDG_CACHE_HOME="$tmp/cache"
}

# The kernels that the trees build: of mode n, the newest in the cache.
fake_kernels() {
	for kept in $(ls -td "${XDG_CACHE_HOME:-$HOME/.cache}"/btfmatrix/cells/x86_64/gcc/6.12/n/*/ 2>/dev/null); do
		[ -s "$kept/build.json" ] && [ -s "$kept/image" ] && break
	done
	mkdir -p "$tmp/kernels"
	cp "$kept/vmlinux" "$tmp/kernels/vmlinux.good" && cp "$kept/image" "$tmp/kernels/image" || return
	cp "$kept/repairs.json" "$tmp/kernels/" || return
	cp "$tmp/kernels/vmlinux.good" "$tmp/kernels/vmlinux.spoilt"
	python3 - >"$tmp/kernels/spoil.py" <<'EOF'
import runpy
print(runpy.run_path("tests/bisect/make-history", run_name="not main")["SHIFT"], end="")
EOF
	python3 "$tmp/kernels/spoil.py" "$tmp/kernels/vmlinux.spoilt" runqueues
	# kbuild's record of what an object was made from
	{
		echo "source_kernel/a.o := SRC/kernel/a.c"
		echo
		echo "deps_kernel/a.o := \\"
		i=0
		while [ $i -lt 120 ]; do
			echo "  SRC/include/linux/h$i.h \\"
			i=$((i + 1))
		done
	} >"$tmp/kernels/a.o.cmd"
}

# fake_tree DIR: a git repository with a first commit, tagged base
fake_tree() {
	mkdir -p "$1/kernel" "$1/drivers" "$1/lib" "$1/Documentation" "$1/arch/x86"
	: >"$1/arch/x86/Kconfig"
	cat >"$1/Makefile" <<EOF
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 1
EXTRAVERSION =

include state.mk
KERNELS = $tmp/kernels

allnoconfig:
	@mkdir -p \$(O) && cp \$(KCONFIG_ALLCONFIG) \$(O)/.config

olddefconfig modules:
	@:

bzImage:
	@if [ \$(STATE) = broken ]; then echo "kernel/a.c:1: error: it does not compile"; exit 1; fi
	@echo "  CC      kernel/a.o"
	@mkdir -p \$(O)/arch/x86/boot \$(O)/kernel
	@sed "s,SRC,\$(CURDIR)," \$(KERNELS)/a.o.cmd >\$(O)/kernel/.a.o.cmd
	@cp \$(KERNELS)/repairs.json \$(O)/btfmatrix/repairs/.tmp_vmlinux1.btf-repairs.json
	@cp \$(KERNELS)/vmlinux.\$(patsubst dead,good,\$(STATE)) \$(O)/vmlinux
	@if [ \$(STATE) = dead ]; then head -c 65536 /dev/zero; else cat \$(KERNELS)/image; fi >\$(O)/arch/x86/boot/bzImage
EOF
	: >"$1/Kbuild"
	echo "STATE = good" >"$1/state.mk"
	echo "/* a */" >"$1/kernel/a.c"
	echo "/* b */" >"$1/drivers/b.c"
	echo "text" >"$1/Documentation/c.rst"
	git -C "$1" init -q -b main
	fake_commit "$1" base
	git -C "$1" tag base
}

# fake_commit DIR SUBJECT: all that is there
fake_commit() {
	git -C "$1" add -A
	GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' \
		git -C "$1" -c user.name=test -c user.email=test@example.org commit -qm "$2"
}

# fake_remark DIR FILE N: a harmless commit, tagged cN
fake_remark() {
	echo "/* $3 */" >>"$1/$2"
	fake_commit "$1" "$2: remark $3"
	git -C "$1" tag "c$3"
}

# fake_state DIR STATE N: a commit that changes what is built, tagged cN
fake_state() {
	echo "STATE = $2" >"$1/state.mk"
	fake_commit "$1" "state: $2"
	git -C "$1" tag "c$3"
}

# No patches: those of ours are for real trees.
fake_series() {
	mkdir -p "$tmp/series"
	: >"$tmp/series/series"
}
