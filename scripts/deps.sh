#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian packages in packages.list that are not there yet.
#
#   deps.sh             install what is missing (as root, or through sudo)
#   deps.sh --tests     the same, and what `make check` alone needs
#   deps.sh --nightly   the same as without, and what the wide matrices need of what this Debian has
#   deps.sh --package   the same as without, and what `make package` needs
#   deps.sh --slurm     the same as without, and what `make check-slurm` needs
#   deps.sh --check     name what is missing, install nothing; status 1 if anything is
#   deps.sh --list      print every package, one a line, as this release of Debian calls it
#
# --tests to --slurm can be given together, and with --check.

# Lists of packages are split into words on purpose.
# shellcheck disable=SC2086,SC2046

set -eu
export LC_ALL=C

list=$(cd "$(dirname "$0")/.." && pwd)/packages.list
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")

fail() {
	echo "deps.sh: $*" >&2
	exit 2
}

# The entries of the list's part $1 ("all" is what stands above the first "[PART]"), one a line, comments
# off: "bc", "qemu-system-s390x|qemu-system-misc".
entries_of() {
	sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list" | awk -v wanted="$1" '
		BEGIN { part = "all" }
		/^\[.*\]$/ { part = substr($0, 2, length($0) - 2); next }
		part == wanted'
}

# Those of all parts asked for.
entries() {
	for part in $parts; do
		entries_of "$part"
	done
}

# Of the entries on standard input, those of which no alternative is installed.
# dpkg-query runs once: this is what a run with nothing to do waits for.
not_installed() {
	wanted=$(cat)
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' \
		$(echo "$wanted" | tr '|' ' ') 2>/dev/null |
		wanted=$wanted awk '
			$1 == "installed" { have[$2] = 1 }
			END {
				n = split(ENVIRON["wanted"], entry, "\n")
				for (i = 1; i <= n; i++) {
					found = 0
					m = split(entry[i], name, "|")
					for (j = 1; j <= m; j++)
						found = found || name[j] in have
					if (!found)
						print entry[i]
				}
			}'
}

# Each entry on standard input as the first alternative that apt can install, or "?ENTRY".
resolve() {
	wanted=$(cat)
	apt-cache policy $(echo "$wanted" | tr '|' ' ') 2>/dev/null |
		wanted=$wanted awk '
			/^[^ ].*:$/ { package = substr($1, 1, length($1) - 1) }
			$1 == "Candidate:" && $2 != "(none)" { known[package] = 1 }
			END {
				n = split(ENVIRON["wanted"], entry, "\n")
				for (i = 1; i <= n; i++) {
					pick = "?" entry[i]
					m = split(entry[i], name, "|")
					for (j = m; j >= 1; j--)
						if (name[j] in known)
							pick = name[j]
					print pick
				}
			}'
}

# The packages for the entries in $1, in $packages; apt's lists are fetched if they lack any.
find_packages() {
	packages=$(echo "$1" | resolve)
	case $packages in
	*\?*)
		[ "$2" = may-update ] || return 0
		echo "deps.sh: fetching apt's package lists"
		apt-get -qq update || fail "apt-get update failed; see its message above"
		packages=$(echo "$1" | resolve)
		;;
	esac
}

# Takes what this Debian does not have, and need not, out of $packages.
leave_out_optional() {
	absent=$(echo "$packages" | sed -n 's/^?//p')
	for entry in $absent; do
		entries_of nightly | grep -qxF -- "$entry" || continue
		case " $(entries_of all | tr '\n' ' ')" in *" $entry "*) continue ;; esac
		echo "deps.sh: this Debian has no $entry: cells that need it take a tool root, or are errors"
		packages=$(echo "$packages" | grep -vxF -- "?$entry" || :)
		left_out="$left_out $entry"
	done
}

# The entries on standard input but those that were left out.
but_left_out() {
	while read -r entry; do
		case " $left_out " in *" $entry "*) ;; *) echo "$entry" ;; esac
	done
}

refuse_unknown() {
	unknown=$(echo "$packages" | sed -n 's/^?//p' | tr '\n' ' ')
	[ -z "$unknown" ] || fail "this system's apt has no package ${unknown}(Debian 12 or 13 with" \
		"the security archive has them; see /etc/apt/sources.list*)"
}

install_packages() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
		--no-install-recommends install $packages
}

install_missing() {
	# Two runs at once: the second waits here, then finds everything there. The descriptor
	# stays open until the script ends.
	exec 9</var/lib/apt/lists
	flock 9

	missing=$(entries | not_installed)
	[ -n "$missing" ] || return 0
	find_packages "$missing" may-update
	leave_out_optional
	refuse_unknown
	[ -n "$packages" ] || return 0
	echo "deps.sh: installing:" $packages
	if ! install_packages; then
		# Old lists name versions the mirror no longer has.
		echo "deps.sh: once more with fresh package lists"
		apt-get -qq update || fail "apt-get update failed; see its message above"
		install_packages || fail "apt-get install failed; see its message above"
	fi

	missing=$(entries | but_left_out | not_installed)
	[ -z "$missing" ] || fail "still not installed:" $missing
}

[ -r "$list" ] || fail "$list: cannot read it"
for tool in dpkg-query apt-get apt-cache; do
	command -v "$tool" >/dev/null ||
		fail "no $tool: this is no Debian. Install what the packages in $list stand for"
done

parts=all
left_out=
what=install
for argument; do
	case $argument in
	--list) what=list ;;
	--check) what=check ;;
	--tests) parts="$parts check" ;;
	--nightly) parts="$parts nightly" ;;
	--package) parts="$parts package" ;;
	--slurm) parts="$parts slurm" ;;
	*)
		fail "unknown argument '$argument';" \
			"usage: deps.sh [--check] [--tests] [--nightly] [--package] [--slurm], or deps.sh --list"
		;;
	esac
done

if [ $what = list ]; then
	[ $# -eq 1 ] || fail "--list prints every package and takes no other argument"
	parts='all nightly check package slurm'
	find_packages "$(entries)" no-update
	echo "$packages" | sed -e 's/^?//' -e 's/|.*//'
	exit 0
fi

missing=$(entries | not_installed)
if [ $what = check ]; then
	[ -n "$missing" ] || exit 0
	find_packages "$missing" no-update
	leave_out_optional
	missing=$(entries | but_left_out | not_installed)
	[ -n "$missing" ] || exit 0
	echo "deps.sh: not installed:" $missing
	exit 1
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -eq 0 ]; then
	install_missing
elif command -v sudo >/dev/null; then
	echo "deps.sh: needed:" $missing
	exec sudo sh "$self" "$@"
else
	fail "needed:" $missing "- run '$self' as root (there is no sudo)"
fi
