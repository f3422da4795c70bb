#!/bin/sh
# make-corpus.sh SEEDS-PROGRAM: writes the seeds of the corpus anew. What fuzzing found stays: its names begin
# with "found-".
set -eu
cd "$(dirname "$0")" || exit 2
seeds=${1:?usage: make-corpus.sh SEEDS-PROGRAM (build/sanitized/tests/fuzz/seeds)}
find corpus -type f ! -name 'found-*' -exec rm {} +
BTFMATRIX_DIR=$(cd ../.. && pwd) "$seeds" corpus
