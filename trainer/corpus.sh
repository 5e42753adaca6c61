#!/usr/bin/env bash
# Freezes the text of this repository as the trainer's bundled corpus: its sources and documents as they stand in git now,
# in a file named by its SHA-256. Results of the demo depend on it, so it is renewed on purpose and never by a build.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=trainer/src/main/resources/observatory/trainer
reader=trainer/src/main/java/observatory/trainer/CorpusFiles.java
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
mapfile -t files < <(git ls-files -- '*.java' '*.md' '*.xml' '*.sh' '*.py' '*.cu' LICENSE observatory)
git archive --format=zip -9 -o "$fresh" HEAD -- "${files[@]}"
name=corpus-$(sha256sum "$fresh" | cut -c1-16).zip
rm -f "$folder"/corpus*.zip
install -m 644 "$fresh" "$folder/$name"
sed -i -E "s/\"corpus[-0-9a-f]*\.zip\"/\"$name\"/" "$reader"
ls -l "$folder/$name"
