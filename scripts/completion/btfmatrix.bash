# SPDX-License-Identifier: GPL-2.0-only
# bash completion for btfmatrix. Commands, options and what these take are what the program's own --help says.

# "run", "report" ...
_btfmatrix_commands() {
	"$1" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'
}

# What may come behind a command: "new", "check" of arch
_btfmatrix_words() {
	"$1" "$2" --help 2>/dev/null |
		sed -n -e 's/^\(Usage\|  or\):.*\] \([a-z][a-z-]*\)\( .*\)*$/\2/p' -e 's/^  \([a-z][a-z-]*\)  .*/\1/p'
}

# The options of a command, one a line: "--quiet", "--format=text|json", of one with a value that may be left out both; $2 may be two words
_btfmatrix_options() {
	"$1" $2 --help 2>/dev/null |
		sed -n -e 's/^  -., --/      --/' -e '/^      --/!d' -e 's/^ *//' -e 's/^\(--[^ ]*[^ ,]\(, --[^ ]*[^ ,]\)*\).*/\1/' -e 's/, --/\n--/g' \
			-e 's/\(--[^[]*\)\[=\(.*\)\]/\1\n\1=\2/' -e p |
		sort -u
}

# The folder with arches/ and configs/
_btfmatrix_data() {
	local program dir
	program=$(readlink -f "$(type -P "$1")" 2>/dev/null)
	for dir in "$BTFMATRIX_DIR" "${program%/*}/../share/btfmatrix" "${program%/*}/.." /usr/local/share/btfmatrix; do
		[[ -n $dir && -d $dir/arches ]] && echo "$dir" && return
	done
}

# _btfmatrix_files PROGRAM FOLDER SUFFIX: the names of what is there
_btfmatrix_files() {
	local file data
	data=$(_btfmatrix_data "$1")
	for file in "$data/$2"/*"$3"; do
		[[ -e $file ]] && basename "$file" "$3"
	done
}

# _btfmatrix_values PROGRAM OPTION WHAT: what the option takes, as far as that can be listed
_btfmatrix_values() {
	case $2 in
	--arch) _btfmatrix_files "$1" arches .ini ;;
	--toolchain) _btfmatrix_files "$1" configs/toolchains .ini ;;
	--kernel) _btfmatrix_files "$1" configs/kernels .ini ;;
	--matrix) _btfmatrix_files "$1" configs/matrices .ini ;;
	--profile) _btfmatrix_files "$1" configs/kernel/profiles .config ;;
	--feature) _btfmatrix_files "$1" configs/features .ini ;;
	--checks) "$1" checks --format json 2>/dev/null | sed -n 's/^ *"id": "\(.*\)",*$/\1/p' ;;
	--pahole) printf '%s\n' default stock encode host 1.24 1.30 1.32 ;;
	--target) printf '%s\n' local qemu ssh: ;;
	--baseline) echo latest ;;
	*)
		# words between '|' or ',', as "text|json" and "y,m,n"; capitals stand for something else
		[[ $3 =~ ^[a-z|,]+$ ]] && tr '|,' '\n\n' <<<"$3"
		;;
	esac
}

_btfmatrix() {
	local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} option= what= done=

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W "$(_btfmatrix_commands "$program") --help --version" -- "$cur"))
		return
	fi
	if ((COMP_CWORD > 2)) && [[ " $(_btfmatrix_words "$program" "$command" | tr '\n' ' ')" == *" ${COMP_WORDS[2]} "* ]]; then
		command="$command ${COMP_WORDS[2]}"
	fi
	# '=' is a word of its own in COMP_WORDS
	if [[ $cur == '=' ]]; then
		option=$prev cur=
	elif [[ $prev == '=' ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $prev == --* ]]; then
		option=$prev
	fi
	if [[ -n $option ]]; then
		what=$(_btfmatrix_options "$program" "$command" | sed -n "s/^$option=//p")
	fi
	if [[ -n $what ]]; then
		# of a list the last name is completed
		[[ $cur == *,* ]] && done=${cur%,*},
		COMPREPLY=($(compgen -P "$done" -W "$(_btfmatrix_values "$program" "$option" "$what")" -- "${cur##*,}"))
		case $what in
		*DIR* | *TREE* | *FILE* | *PATH* | *PROGRAM*)
			compopt -o filenames 2>/dev/null
			COMPREPLY+=($(compgen -f -- "$cur"))
			;;
		esac
	elif [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$(_btfmatrix_options "$program" "$command" | sed 's/=.*/=/')" -- "$cur"))
		[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
	else
		compopt -o filenames 2>/dev/null
		((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "$(_btfmatrix_words "$program" "$command")" -- "$cur"))
		COMPREPLY+=($(compgen -f -- "$cur"))
	fi
}

complete -F _btfmatrix btfmatrix
