#!/usr/bin/env bash
# Runs every check of the CUDA trainer on a machine that has an NVIDIA GPU and its driver, but neither JDK nor network.
#
#   kernels/gpu-check.sh pack KIT         here: makes the folder KIT, under 60 MB, with a Java runtime and the jars
#   KIT/gpu-check.sh [PART...]            there: runs the parts (all unless named) and ends with a short table
#
# Parts are those of `observatory bench cuda`; `memcheck` and `racecheck` run every kernel under compute-sanitizer, where
# that is installed. OBSERVATORY_CUDA_LIBS names the folder of libcublasLt.so, where the loader does not know it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

pack() {
  local kit=$1 home jdk jar work
  home=$(dirname "$here")
  jdk=${JAVA_HOME:?set JAVA_HOME to a JDK 25}
  [ -d "$home/cli/target/lib" ] || { echo "gpu-check.sh: build first: mvn package -DskipTests" >&2; exit 3; }
  mkdir -p "$kit/lib"
  work=$(mktemp -d)
  "$jdk/bin/jlink" --add-modules java.base,java.logging,java.management,jdk.incubator.vector,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --output "$work/java"
  tar -C "$work" -cJf "$kit/java.tar.xz" java
  for jar in probes kernels trainer jcuda-1 javacpp openblas jackson-core jackson-databind jackson-annotations; do
    cp "$home"/cli/target/lib/"$jar"*.jar "$kit/lib/"
  done
  # Of JCuda's natives only the driver's is needed: 0.3 of 9.5 MB.
  (cd "$work" && "$jdk/bin/jar" xf "$home"/cli/target/lib/jcuda-natives-*.jar && rm -f lib/libJN* lib/libJCudaRuntime*)
  (cd "$work" && "$jdk/bin/jar" cf "$kit/lib/jcuda-natives.jar" lib)
  cp "${BASH_SOURCE[0]}" "$kit/gpu-check.sh"
  rm -rf "$work"
  du -sm "$kit" | awk '{ if ($1 >= 60) { print "gpu-check.sh: the kit has " $1 " MB, 60 is the limit"; exit 1 } }'
  du -sh "$kit"
}

bench() {
  "$here/java/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -Xmx8g ${OBSERVATORY_CUDA_LIBS:+-Dobservatory.cuda.libraries="$OBSERVATORY_CUDA_LIBS"} \
    -cp "$here/lib/*" observatory.trainer.cuda.CudaBench "$@" 2>&1 | grep -v 'incubator modules'
}

sanitised() { # sanitised TOOL PART
  command -v compute-sanitizer >/dev/null || { echo "skipped  $1: no compute-sanitizer here"; return 0; }
  compute-sanitizer --tool "$1" --target-processes all --error-exitcode 9 "${BASH_SOURCE[0]}" "$2" >"$here/$1.txt" 2>&1 &&
    echo "pass     $1" || { echo "fail     $1: see $here/$1.txt"; return 1; }
  grep -E 'SUMMARY' "$here/$1.txt" || true
}

if [ "${1:-}" = pack ]; then
  pack "${2:?name the folder to make}"
  exit
fi
[ -d "$here/java" ] || tar -C "$here" -xJf "$here/java.tar.xz"
status=0
for part in "${@:-all}"; do
  case $part in
    all) bench || status=1; sanitised memcheck everything || status=1; sanitised racecheck some || status=1 ;;
    memcheck) sanitised memcheck everything || status=1 ;;
    racecheck) sanitised racecheck some || status=1 ;;
    *) bench "$part" || status=1 ;;
  esac
done
exit $status
