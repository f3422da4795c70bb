# Test Anything Protocol for the shell tests; sourced.
tests_run=0
tests_failed=0

# ok STATUS NAME
ok() {
	tests_run=$((tests_run + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests_run - $2"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run - $2"
	fi
}

# is GOT WANTED NAME
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "# got '$1', wanted '$2'"
	fi
}

# ok_if NAME COMMAND...
ok_if() {
	ok_if_name=$1
	shift
	"$@"
	ok $? "$ok_if_name"
}

# has FILE PATTERN NAME: the file has a line that matches the basic regular expression
has() {
	if grep -q -e "$2" "$1"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "# no line of $1 matches '$2':"
		head -n 20 "$1" | sed 's/^/# /'
	fi
}

# finish: the plan, and an exit status
finish() {
	echo "1..$tests_run"
	[ $tests_failed -eq 0 ]
	exit
}
