#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the path of the vmlinux, with .BTF and DWARF, of a kernel that Debian built. It is fetched by apt
# into the cache once (1 GB to download, 0.4 GB kept); nothing is installed.
#
#   debian-debug-kernel.sh ARCH            ARCH as Debian calls it: amd64, arm64, s390x, ppc64el
#   debian-debug-kernel.sh --cached ARCH   only if the cache has it; status 1 if not
#
# A few modules with split BTF lie beside it, below usr/lib/debug/lib/modules/.
# BTFMATRIX_DEBIAN_SUITE names another suite than trixie that has a kernel of this series, such as
# bookworm-backports.
# BTFMATRIX_DEBIAN_MIRROR names a mirror; the one this system's apt uses is the default.

set -eu
export LC_ALL=C

suite=${BTFMATRIX_DEBIAN_SUITE:-trixie}
series=6.12
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
modules='ext4.ko nf_tables.ko nf_conntrack.ko x_tables.ko br_netfilter.ko drop_monitor.ko rds.ko rds_tcp.ko
	sctp.ko ip_vs.ko openvswitch.ko xfs.ko'

fail() {
	echo "debian-debug-kernel.sh: $*" >&2
	exit 2
}

# What is kept of a kernel: the newest, should there be several.
kept() {
	find "$dir" -path "*/usr/lib/debug/boot/vmlinux-$series.*" -type f 2>/dev/null |
		sort -V | tail -n 1
}

find_mirror() {
	[ -z "${BTFMATRIX_DEBIAN_MIRROR-}" ] || {
		echo "$BTFMATRIX_DEBIAN_MIRROR"
		return
	}
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(CREATED_BY) $(LABEL) $(REPO_URI)' 2>/dev/null |
		awk '$1 == "Packages" && $2 == "Debian" && $3 ~ /^http/ { print $3; found = 1; exit }
		     END { if (!found) print "http://deb.debian.org/debian" }'
}

# apt with lists, state and cache of its own; the system's configuration gives proxies and the like.
write_apt_conf() {
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	echo "deb [arch=$arch signed-by=$keyring] $(find_mirror) $suite main" >"$apt/sources.list"
	cat >"$apt/apt.conf" <<-END
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "$(id -un)";
		APT::Update::Error-Mode "any";
		Acquire::Retries "2";
		Acquire::Languages "none";
		Debug::NoLocking "true";
		Dir::Cache "$apt/cache";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::Etc::SourceList "$apt/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::State "$apt/state";
		Dir::State::Status "$apt/status";
	END
}

# The package of this series that the flavour's own package, without a version in its name, leads to.
find_package() {
	apt-cache depends "linux-image-$flavour-dbg" 2>/dev/null |
		sed -n "s/^ *Depends: \(linux-image-$series\..*-dbg\)$/\1/p" | head -n 1
}

# Unpacks vmlinux and the modules wanted; a package is a tar file of its contents.
unpack() {
	set -- './usr/lib/debug/boot/vmlinux-*'
	for module in $modules; do
		set -- "$@" "./usr/lib/debug/lib/modules/*/$module"
	done
	mkdir -p "$partial/root"
	dpkg-deb --fsys-tarfile "$partial"/*.deb | tar -x -f - -C "$partial/root" --wildcards "$@"
}

fetch() {
	partial=$dir.partial
	apt=$partial/apt
	rm -rf "$partial"
	trap 'rm -rf "$partial"' EXIT
	trap 'exit 130' HUP INT TERM
	write_apt_conf
	export APT_CONFIG="$apt/apt.conf"
	{
		apt-get -qq update || fail "apt-get update failed; see its message above"
		package=$(find_package)
		[ -n "$package" ] || fail "Debian $suite has no debug kernel $series for $arch"
		echo "debian-debug-kernel.sh: fetching $package (1 GB, nothing is installed)"
		(cd "$partial" && apt-get -q download "$package") ||
			fail "apt-get download $package failed; see its message above"
		unpack || fail "$package: cannot be unpacked"
	} >&2
	[ -n "$(find "$partial/root" -name "vmlinux-$series.*" -type f)" ] ||
		fail "$package has no vmlinux"
	mkdir -p "$dir"
	rm -rf "${dir:?}/$package"
	mv "$partial/root" "$dir/$package"
}

cached_only=no
if [ "${1-}" = --cached ]; then
	cached_only=yes
	shift
fi
[ $# -eq 1 ] || fail "usage: debian-debug-kernel.sh [--cached] ARCH"
arch=$1
case $arch in
amd64 | arm64 | s390x) flavour=$arch ;;
ppc64el) flavour=powerpc64le ;;
*) fail "unknown architecture '$arch'; known are amd64, arm64, s390x and ppc64el" ;;
esac

cache=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix/debian
dir=$cache/$arch
path=$(kept)
if [ -z "$path" ]; then
	[ $cached_only = no ] || exit 1
	[ -r "$keyring" ] || fail "$keyring is not there; install debian-archive-keyring"
	mkdir -p "$cache"
	# Two at once: the second waits here, then finds it there.
	exec 9>"$dir.lock"
	flock 9
	path=$(kept)
	[ -n "$path" ] || fetch
	path=$(kept)
fi
echo "$path"
