#!/usr/bin/env bash
# Freezes the text of this repository as the trainer's bundled corpus: its sources and documents as they stand in git now.
# Results of the demo depend on it, so it is renewed on purpose and never by a build.
set -euo pipefail
cd "$(dirname "$0")/.."
target=trainer/src/main/resources/observatory/trainer/corpus.zip
mkdir -p "$(dirname "$target")"
rm -f "$target"
mapfile -t files < <(git ls-files -- '*.java' '*.md' '*.xml' '*.sh' '*.py' LICENSE observatory)
git archive --format=zip -9 -o "$target" HEAD -- "${files[@]}"
sha256sum "$target"
