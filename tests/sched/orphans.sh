# What a driver leaves running; sourced, with the test's folder in $tmp. A driver is started by env "$mark".

# In the environment of each driver, and so of all that it starts: what of them is left is found by it.
mark=BTFMATRIX_TEST_MARK=$tmp

# Processes that a driver of this test has started, itself included: none may be left.
orphans() {
	grep -lz -- "^$mark\$" /proc/[0-9]*/environ 2>/dev/null | sed 's,/proc/\([0-9]*\)/.*,\1,'
}

# all_gone SECONDS: whether none is left, within that time
all_gone() {
	i=0
	while [ $i -lt $(($1 * 5)) ] && [ "$(orphans)" ]; do
		i=$((i + 1))
		sleep 0.2
	done
	[ ! "$(orphans)" ]
}

# no_orphans NAME: within ten seconds
no_orphans() {
	all_gone 10
	is "$(orphans | tr '\n' ' ')" "" "$1"
}
