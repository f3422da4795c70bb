#!/bin/sh
# `make install` into a folder: what is there works from anywhere; completion and the man page have what --help has.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
# what `make check` was called with is not for this make
unset MAKEFLAGS MAKELEVEL MFLAGS BTFMATRIX_DIR
root=$tmp/root
build=$(dirname "$BTFMATRIX")

# make_it TARGET ARGS...
make_it() {
	make -s BUILD="$build" DESTDIR="$root" "$@" >"$tmp/make" 2>&1
}
make_it install PREFIX=/usr
ok $? "make install"
sed 's/^/# /' "$tmp/make"
installed=$root/usr/bin/btfmatrix
for dir in arches configs patches harness/probe; do
	(cd "$dir" && find . -type f | sort) >"$tmp/wanted"
	(cd "$root/usr/share/btfmatrix/$dir" && find . -type f | sort) >"$tmp/got"
	ok_if "$dir is there, every file" cmp -s "$tmp/wanted" "$tmp/got"
done
is "$(find "$root" -type f ! -perm 644 ! -path "$installed")" "" "files have mode 644"
is "$(find "$root" -type f | sed "s,$root/usr/,," | cut -d/ -f1-3 | sort -u | tr '\n' ' ')" \
	"bin/btfmatrix share/bash-completion/completions share/btfmatrix/arches share/btfmatrix/configs share/btfmatrix/harness share/btfmatrix/patches share/doc/btfmatrix share/man/man1 share/zsh/site-functions " \
	"nothing is elsewhere"
# links between documents of docs/ hold where they are installed
(cd "$root/usr/share/doc/btfmatrix" && grep -o ']([a-z0-9./-]*\.md' ./*.md | sed 's,:](, ,' |
	while read -r from to; do
		case $from:$to in ./README.md:* | *:../*) continue ;; esac
		[ -e "$to" ] || echo "$from: $to"
	done) >"$tmp/got"
is "$(cat "$tmp/got")" "" "documents that the documents name are there"

# from a folder that has nothing to do with it
mkdir "$tmp/elsewhere"
cd "$tmp/elsewhere" || exit 2
"$installed" plan >"$tmp/out" 2>&1
is "$? $(grep -c '^x86_64/gcc/6.12/[nmy]$' "$tmp/out")" "0 3" "the installed program plans"
has "$tmp/out" "$root/usr/share/btfmatrix/configs/matrices/default.ini" "by the installed matrix"
"$installed" patch --check /nonexistent >"$tmp/out" 2>&1
is $? 2 "it says what is wrong"
"$installed" report >"$tmp/out" 2>&1
has "$tmp/out" 'btfmatrix-results/btfmatrix.db' "its results are in the folder it is called in"
# the whole way, where another test has left what was built
"$installed" run --arch x86_64 --mode n >"$tmp/out" 2>"$tmp/err"
is $? 0 "it builds, boots and verifies a cell"
sed 's/^/# /' "$tmp/out"
ok_if "and leaves its record there" test -e btfmatrix-results/btfmatrix.db
"$installed" report --format html -o page.html
ok_if "of which it makes a page" test -s page.html
cd "$OLDPWD" || exit 2

# completion: what the program's own options are, by argp's list of them
"$BTFMATRIX" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' >"$tmp/commands"
[ "$(wc -l <"$tmp/commands")" -ge 14 ]
ok $? "there are commands"
export COMPLETED="$installed"
bash_complete() {
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$COMPLETED" "$@"); COMP_CWORD=$(($# )); COMP_LINE="$*"
		_btfmatrix 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' bash \
		"$root/usr/share/bash-completion/completions/btfmatrix" "$@" | sort
}
zsh_list() {
	BTFMATRIX_SOURCED=1 zsh -f -c '. "$1"; shift; "$@"' zsh \
		"$root/usr/share/zsh/site-functions/_btfmatrix" "$@" | sort
}
bash_complete '' | grep -v '^--' >"$tmp/got"
sort "$tmp/commands" >"$tmp/wanted"
ok_if "bash completes the commands" cmp -s "$tmp/wanted" "$tmp/got"
zsh_list _btfmatrix_commands "$installed" | sed 's/:.*//' >"$tmp/got"
ok_if "zsh completes the commands" cmp -s "$tmp/wanted" "$tmp/got"
# options COMMAND [WORD]
options() {
	# what --usage says, which argp prints by another way than --help
	"$BTFMATRIX" "$@" --usage | grep -o -e '--[a-z][a-z-]*' | sort -u >"$tmp/wanted"
	bash_complete "$@" -- | sed -e 's/=$//' -e '/^$/d' | sort -u >"$tmp/got"
	diff "$tmp/wanted" "$tmp/got" >"$tmp/diff"
	ok $? "bash: all options of $*, and no others"
	sed 's/^/# /' "$tmp/diff"
	zsh_list _btfmatrix_options "$installed" "$*" | sed 's/=.*//' | sort -u >"$tmp/got"
	ok_if "zsh: all options of $*, and no others" cmp -s "$tmp/wanted" "$tmp/got"
	# argp's own two are known
	is "$(grep -vx -e --help -e --usage "$tmp/wanted" | grep -vxF -f "$tmp/man" | tr '\n' ' ')" "" \
		"the man page has all options of $*"
}
# in the man page "Fl -name" stands for --name
grep -o -e 'Fl -[a-z][a-z-]*' -e '--[a-z][a-z-]*' docs/btfmatrix.1 | sed 's/^Fl -/--/' | sort -u >"$tmp/man"
for command in $(cat "$tmp/commands"); do
	grep -q "^\.Cm $command\( \|$\)" docs/btfmatrix.1
	ok $? "the man page has the command $command"
	if "$BTFMATRIX" "$command" --usage >/dev/null 2>&1; then
		options "$command"
	else
		for word in $(zsh_list _btfmatrix_words "$installed" "$command"); do
			options "$command" "$word"
		done
	fi
done
is "$(bash_complete arch n | tr '\n' ' ')" "new " "bash: a word behind a command"
is "$(bash_complete target ch | tr '\n' ' ')" "check " "bash: another one"
is "$(bash_complete plan --format = js)" json "bash: a word that an option takes"
is "$(bash_complete run --arch = x86_64,s390)" x86_64,s390x "bash: an architecture, behind another one"
is "$(bash_complete plan --matrix nightl)" nightly "bash: a matrix, without '='"
is "$(bash_complete verify --checks percpu.off)" percpu.offset-matches-symbol "bash: a check"
is "$(zsh_list _btfmatrix_values "$installed" --kernel K,L | head -n 1)" 6.1 "zsh: the kernel lines"

# zsh as people have it, on a terminal of its own
cat >"$tmp/terminal.zsh" <<'EOF'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1/share/zsh/site-functions \$fpath); autoload -Uz compinit; compinit -u -d $2/dump; path=($1/bin \$path); stty cols 200; print re''ady"
zpty -r -m shell out '*ready*'
# what is typed and what completion adds; control codes may stand between them
for typed added in 'btfmatrix rep' ort 'btfmatrix verify --format=ju' nit 'btfmatrix run --arch=x86_64,s39' 0x; do
	zpty -w -n shell "$typed"$'\t'
	zpty -r -m shell out "*${typed##* }*$added*"
	print -r -- "${out//$'\e'\[[0-9;?]#[a-zA-Z]/}"
	zpty -w -n shell $'\x15'
done
EOF
timeout 300 zsh -f "$tmp/terminal.zsh" "$root/usr" "$tmp" >"$tmp/out" 2>&1
has "$tmp/out" 'btfmatrix report' "zsh on a terminal: a command"
has "$tmp/out" 'verify --format=junit' "zsh on a terminal: a word that an option takes"
has "$tmp/out" 'run --arch=x86_64,s390x' "zsh on a terminal: an architecture, behind another one"

make_it uninstall PREFIX=/usr
is "$? $(find "$root" -type f | wc -l)" "0 0" "make uninstall leaves nothing"
make_it install PREFIX=/opt/other
(cd "$tmp/elsewhere" && "$root/opt/other/bin/btfmatrix" plan) >"$tmp/out" 2>&1
has "$tmp/out" "$root/opt/other/share/btfmatrix/configs" "another PREFIX, moved elsewhere"
finish
