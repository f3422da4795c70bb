#!/bin/sh
# A bisection end to end, on trees that build in no time and kernels that boot: culprits of several kinds with
# commits between that cannot be tested; boots of which three in ten fail; a kill at each step; `test` under git's own
# bisect run; requests that cannot be done. Nothing is touched in the user's repository.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/bisect/fake-kernel.sh

: "${BTFMATRIX:?the program to test}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export PYTHONDONTWRITEBYTECODE=1 GIT_CONFIG_GLOBAL=/dev/null

fake_kernels || { echo "Bail out! no kernel in the cache: make run"; exit 2; }
real_cache=${XDG_CACHE_HOME:-$HOME/.cache}/btfmatrix
fake_cache
fake_series
tree=$tmp/tree
fake_tree "$tree"
finding=percpu.offset-matches-symbol:runqueues
cell=x86_64/gcc/n

# c05-c07 do not compile, c12-c14 do not boot, c20 spoils BTF; half of the rest touches what nothing is built from
n=1
while [ $n -le 32 ]; do
	number=$(printf %02d $n)
	case $n in
	5) fake_state "$tree" broken $number ;;
	8 | 15) fake_state "$tree" good $number ;;
	12) fake_state "$tree" dead $number ;;
	20) fake_state "$tree" spoilt $number ;;
	*[02468]) fake_remark "$tree" drivers/b.c $number ;;
	*) fake_remark "$tree" kernel/a.c $number ;;
	esac
	n=$((n + 1))
done

# everything in the repository, with its time
print_tree() {
	find "$tree" -printf '%p %T@ %s\n' | sort | sha256sum
}

# bisect NAME ARGS...: leaves $status, $tmp/NAME.out and $tmp/NAME.err
bisect() {
	name=$1
	shift
	"$BTFMATRIX" bisect --kernel-dir "$tree" --series "$tmp/series" --cell $cell "$@" \
		>"$tmp/$name.out" 2>"$tmp/$name.err"
	status=$?
	sed 's/^/# /' "$tmp/$name.out"
	[ $status -eq 0 ] || tail -n 5 "$tmp/$name.err" | sed 's/^/# /'
}

commit() {
	git -C "$tree" rev-parse "$1"
}

print_tree >"$tmp/before"

# Boots are noted; three in ten fail where that is asked for, which is nobody's fault but this wrapper's.
mkdir "$tmp/bin"
real=$(command -v qemu-system-x86_64)
cat >"$tmp/bin/qemu-system-x86_64" <<EOF
#!/bin/sh
if [ "\$1" != --version ]; then
	echo booted >>"$tmp/boots"
	[ "\${FLAKY:-}" ] && [ \$((\$(od -An -N2 -tu2 /dev/urandom) % 10)) -lt 3 ] && exit 3
fi
exec "$real" "\$@"
EOF
chmod +x "$tmp/bin/qemu-system-x86_64"
PATH=$tmp/bin:$PATH
: >"$tmp/boots"

bisect finding --good base --bad c32 --finding $finding --json "$tmp/finding.json"
is $status 0 "a finding: status 0"
is "$(cat "$tmp/boots")" "" "a finding that the image shows: nothing is booted"
has "$tmp/finding.out" "^  $(commit c20) state: spoilt" "the culprit is the commit that spoils BTF"
has "$tmp/finding.out" "percpu.offset-matches-symbol: runqueues" "the finding is told"
has "$tmp/finding.out" "^  expected: " "what the witness says is told"
trials=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["trials"])' "$tmp/finding.json")
ok_if "commits that make the same build are not tested: $trials trials for 32 commits" test "$trials" -le 7
log=$(sed -n 's/^  replay: *//p' "$tmp/finding.out")
git clone -q "$tree" "$tmp/clone"
git -C "$tmp/clone" bisect replay "$log" >"$tmp/replay.out" 2>&1
has "$tmp/replay.out" "^$(commit c20) is the first bad commit" "git bisect replay takes the log"

bisect again --good base --bad c32 --finding $finding
is $status 0 "the same request again: status 0"
has "$tmp/again.out" "$trials of them from before" "the same request again tests nothing"

bisect build --good c03 --bad c06 --build
has "$tmp/build.out" "^  $(commit c05) state: broken" "--build: the commit that does not compile"
bisect boot --good c09 --bad c13 --boot --retries 0
has "$tmp/boot.out" "^  $(commit c12) state: dead" "--boot: the commit that does not boot"
bisect terms --good c03 --bad c06 --build --term-good works --term-bad fails
has "$tmp/terms.out" "first fails commit" "the words for good and bad are the user's"

# The kernels' verdict is what is asked, which takes a boot.
export FLAKY=yes
bisect flaky --good c16 --bad c32 --retries 9
unset FLAKY
is $status 0 "flaky boots: status 0"
has "$tmp/flaky.out" "^  $(commit c20) state: spoilt" "flaky boots: the right culprit"
ok_if "flaky boots: they were booted" test -s "$tmp/boots"

# Another cache, in which nothing is known yet.
new_cache() {
	export XDG_CACHE_HOME="$tmp/caches/$tests_run"
	mkdir -p "$tmp/caches"
	mkdir "$XDG_CACHE_HOME" "$XDG_CACHE_HOME/btfmatrix"
	for part in tools probe; do
		ln -s "$real_cache/$part" "$XDG_CACHE_HOME/btfmatrix/$part"
	done
}

# killed CULPRIT ARGS...: with a kill -9 when each trial has been written down, at once or a moment into the next
killed() {
	culprit=$1 attempt=0 before=0
	shift
	new_cache
	while [ $attempt -lt 40 ]; do
		attempt=$((attempt + 1))
		"$BTFMATRIX" bisect --kernel-dir "$tree" --series "$tmp/series" --cell $cell "$@" \
			>"$tmp/killed.out" 2>"$tmp/killed.err" &
		pid=$!
		while kill -0 $pid 2>/dev/null; do
			state=$(sed -n 's/.*is kept in //p' "$tmp/killed.err" 2>/dev/null)
			done=$(ls "${state:-/nowhere}/trials" 2>/dev/null | wc -l)
			[ "$done" -le $before ] || { sleep 0.$((attempt * 3 % 10)); kill -9 $pid 2>/dev/null; break; }
			sleep 0.02
		done
		wait $pid 2>/dev/null && break
		before=$done
	done
	has "$tmp/killed.out" "^  $(commit "$culprit") state: " "killed at each step, $attempt attempts, bisect $*: $culprit"
	ok_if "it was killed" test $attempt -gt 1
	XDG_CACHE_HOME=$tmp/cache
}

killed c20 --good base --bad c32 --finding $finding
killed c05 --good base --bad c06 --build
killed c12 --good c08 --bad c13 --boot --retries 0
export FLAKY=yes
killed c20 --good c16 --bad c31 --retries 9
unset FLAKY

# Interrupted within the first trial.
new_cache
"$BTFMATRIX" bisect --kernel-dir "$tree" --series "$tmp/series" --cell $cell --good base --bad c32 \
	--finding $finding >"$tmp/interrupted.out" 2>"$tmp/interrupted.err" &
pid=$!
while kill -0 $pid 2>/dev/null && ! grep -q "is kept in" "$tmp/interrupted.err"; do sleep 0.02; done
kill -INT $pid
wait $pid
is $? 130 "interrupted: status 130"
is "$(grep -c '^btfmatrix: error: interrupted' "$tmp/interrupted.err")" 1 "and it is said, once"
bisect resumed --good base --bad c32 --finding $finding
has "$tmp/resumed.out" "^  $(commit c20) state: spoilt" "the same command goes on"
XDG_CACHE_HOME=$tmp/cache

# One bisection by git itself.
git -C "$tmp/clone" bisect reset >"$tmp/nothing" 2>&1
(
	cd "$tmp/clone" && git bisect start c22 c17 &&
		git bisect run "$BTFMATRIX" test -q --series "$tmp/series" --cell $cell --finding $finding
) >"$tmp/run.out" 2>&1
has "$tmp/run.out" "^$(commit c20) is the first bad commit" "git bisect run btfmatrix test finds it"
# statuses TAG WANTED ARGS...
statuses() {
	tag=$1 wanted=$2
	shift 2
	git -C "$tmp/clone" checkout -qf "$tag"
	"$BTFMATRIX" test -q --kernel-dir "$tmp/clone" --series "$tmp/series" --cell $cell "$@" >"$tmp/test.out" 2>&1
	is $? $wanted "test $* at $tag: status $wanted"
}
git -C "$tmp/clone" bisect reset >"$tmp/nothing" 2>&1
statuses c06 125 --finding $finding
statuses c06 1 --build
statuses c21 1 --finding $finding
statuses c19 0 --finding $finding
"$BTFMATRIX" test --cell nonsense --kernel-dir "$tmp/clone" >"$tmp/test.out" 2>&1
is $? 128 "test with a wrong cell: status 128, not 2, which would be bad"
PATH=$tmp/none "$BTFMATRIX" test -q --kernel-dir "$tmp/clone" --series "$tmp/series" --cell $cell >"$tmp/test.out" 2>&1
is $? 128 "test without tools: status 128"

# What cannot be done is one sentence.
bisect wrong --good c25 --bad c32 --finding $finding
is $status 2 "a good end that is bad: status 2"
has "$tmp/wrong.out" "^$cell: $(commit c25 | cut -c1-12) was said to be good and is bad: percpu" "and it is said"
bisect fine --good c16 --bad c19 --finding $finding
is $status 2 "a bad end that is good: status 2"
has "$tmp/fine.out" "was said to be bad and is good" "and it is said"
bisect range --good c03 --bad c06 --finding $finding
has "$tmp/range.out" "the bad end, $(commit c06 | cut -c1-12), cannot be tested: the kernel does not build" \
	"an end that does not build is said to"
"$BTFMATRIX" bisect --kernel-dir "$tree" --cell x86/gcc/m --good base >"$tmp/cell.out" 2>&1
is $? 2 "a cell of no architecture: status 2"
has "$tmp/cell.out" "^btfmatrix: error: --cell x86/gcc/m: .*there is no 'x86'" "and it is said"
"$BTFMATRIX" bisect --kernel-dir "$tree" --cell $cell --good base --finding percpu.runqueues >"$tmp/check.out" 2>&1
ok_if "a finding of no check is refused" test $? -ne 0
has "$tmp/check.out" "there is no check 'percpu.runqueues'" "and it is said"
bisect nowhere --good base --bad c02 --series "$tmp/nowhere"
is $status 2 "a series that is not there: status 2"
has "$tmp/nowhere.err" "^btfmatrix: error: --series $tmp/nowhere: No such file" "and it is said"
bisect reverse --good c32 --bad c25 --finding $finding
has "$tmp/reverse.err" "the other way round" "ends the wrong way round are said to be"
git clone -q --depth 3 "file://$tree" "$tmp/shallow"
"$BTFMATRIX" bisect --kernel-dir "$tmp/shallow" --good HEAD~1 --cell $cell >"$tmp/shallow.out" 2>&1
is $? 2 "a shallow clone: status 2"
has "$tmp/shallow.out" "is a shallow clone" "and it is said"

print_tree >"$tmp/after"
ok_if "nothing is touched in the user's repository" cmp -s "$tmp/before" "$tmp/after"

# Changes that are not committed stay what they are, and play no part.
echo "STATE = broken" >"$tree/state.mk"
echo "/* mine */" >"$tree/kernel/new.c"
print_tree >"$tmp/before"
bisect dirty --good c16 --bad c32 --finding $finding
is $status 0 "a dirty tree: status 0"
has "$tmp/dirty.err" "has changes that are not committed (state.mk)" "and it is said"
has "$tmp/dirty.out" "^  $(commit c20) state: spoilt" "they play no part"
print_tree >"$tmp/after"
ok_if "they are as they were" cmp -s "$tmp/before" "$tmp/after"
git -C "$tree" checkout -q state.mk
rm "$tree/kernel/new.c"

git -C "$tree" checkout -q --orphan other
fake_commit "$tree" "of another history"
git -C "$tree" checkout -qf main
bisect unrelated --good base --bad other --finding $finding
is $status 2 "revisions of two histories: status 2"
is "$(grep -c '^btfmatrix: error: ' "$tmp/unrelated.err")" 1 "revisions of two histories: one error"
has "$tmp/unrelated.err" "have no commit in common" "and it is said"

# A series that applies to a part of the range: an end to which it does not is refused, a commit between is skipped.
mkdir "$tmp/half"
cat >"$tmp/half/0001-a.patch" <<'EOT'
--- a/lib/late.c
+++ b/lib/late.c
@@ -1 +1,2 @@
 /* late */
+/* patched */
EOT
echo 0001-a.patch >"$tmp/half/series"
git -C "$tree" checkout -qf -b half c19
mkdir -p "$tree/lib"
# half N SUBJECT: a commit, tagged halfN
half() {
	fake_commit "$tree" "$2"
	git -C "$tree" tag "half$1"
}
echo "/* late */" >"$tree/lib/late.c"
half 1 "lib: late"
rm "$tree/lib/late.c"
half 2 "lib: no late"
echo "/* half */" >>"$tree/kernel/a.c"
half 3 "kernel: a remark"
mkdir -p "$tree/lib"
echo "/* late */" >"$tree/lib/late.c"
half 4 "lib: late again"
echo "STATE = spoilt" >"$tree/state.mk"
half 5 "state: spoilt"
git -C "$tree" checkout -qf main
bisect between --series "$tmp/half" --good half1 --bad half5 --finding $finding
is $status 0 "a series that does not apply between: status 0"
has "$tmp/between.out" "^  $(commit half5) state: spoilt" "the right culprit"
has "$tmp/between.err" "skipped: .*0001-a.patch" "what is skipped, and why, is said"
bisect late --series "$tmp/half" --good half1 --bad half3 --finding $finding
is $status 2 "a series that does not apply at the bad end: status 2"
has "$tmp/late.out" "the bad end, .* cannot be tested: .*0001-a.patch" "and it is said"
bisect half --series "$tmp/half" --good c19 --bad half5 --finding $finding
is $status 2 "a series that does not apply at the good end: status 2"
has "$tmp/half.out" "the good end, .* cannot be tested: .*0001-a.patch" "and it is said"
finish
