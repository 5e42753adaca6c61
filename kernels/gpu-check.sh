#!/usr/bin/env bash
# Runs every check of what trains or watches on a GPU on a machine that has an NVIDIA GPU and its driver, but neither JDK nor network.
#
#   kernels/gpu-check.sh pack KIT                   here: makes the folder KIT, under 48 MiB, with a Java runtime and the program
#   KIT/gpu-check.sh [--minutes M] [PART...]        there: runs the parts (all unless named) and ends with a short table
#
# Parts, what is claimed most first, each with its limit in minutes: see LIMITS. A part that fails, hangs or finds no time
# does not keep the others from being reported: the table also comes after Ctrl-C. What each part said is kept in
# KIT/results. Status 0 where nothing failed, 1 where something did, 3 where there is no usable GPU.
#   OBSERVATORY_CUDA_LIBS    folder of libcublasLt.so, where the loader does not know it
#   OBSERVATORY_PEAK_TFLOPS  dense bf16 peak of the device (989, an H100's and an H200's)
#   OBSERVATORY_PYTHON       a Python that may have PyTorch (python3)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MODULES=java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.attach,jdk.httpserver,jdk.incubator.vector,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs
LIMITS="kernels:3 curve:6 repeats:3 throughput:3 overhead:4 program:4 bandwidth:2 torch:3 memcheck:6 racecheck:6 watch_tests:3 watch:3 watch_compiled:5"

pack() {
  local kit home jdk work
  mkdir -p "$1"
  kit=$(cd "$1" && pwd)
  home=$(dirname "$here")
  jdk=${JAVA_HOME:?set JAVA_HOME to a JDK 25}
  [ -d "$home/cli/target/lib" ] || { echo "gpu-check.sh: build first: mvn package -DskipTests" >&2; exit 3; }
  work=$(mktemp -d)
  "$jdk/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --output "$work/java"
  find "$work/java" -name '*.so' -exec strip --strip-unneeded {} + || echo "gpu-check.sh: no strip here, so the kit is larger" >&2
  mkdir "$work/lib"
  # Jars without compression, which xz does better for all of them together, and without what other systems need.
  python3 - "$home/cli/target/lib" "$work/lib" <<'END'
import pathlib, re, sys, zipfile
window = re.compile(r"javafx|ikonli|atlantafx")
others = re.compile(r"(?i:darwin|freebsd|win|windows|mac|aix|sunos)/|[Ll]inux/(?!x86_64|amd64)|Linux-(Musl|Android)/|/lib(JN|JCudaRuntime|jniopenblas(_full)?\.)")
unused = re.compile(r"org/bytedeco/openblas/global/openblas(_full)?\.class")
for jar in pathlib.Path(sys.argv[1]).glob("*.jar"):
    if not window.search(jar.name):
        with zipfile.ZipFile(jar) as old, zipfile.ZipFile(pathlib.Path(sys.argv[2], jar.name), "w", zipfile.ZIP_STORED) as new:
            for name in old.namelist():
                native = name.endswith((".so", ".dll", ".dylib", ".jnilib", ".a"))
                if not (native and others.search(name) or unused.fullmatch(name)):
                    new.writestr(name, old.read(name))
END
  # One stream whose dictionary holds nearly all of it: with blocks for several threads it has a tenth more.
  tar -C "$work" --sort=name -c java lib | xz -T1 --x86 --lzma2=preset=9,dict=192MiB >"$kit/program.tar.xz"
  rm -rf "$work"
  cp "${BASH_SOURCE[0]}" "$kit/gpu-check.sh"
  mkdir -p "$kit/python" && cp "$home"/probes/python/*.py "$kit/python/"
  du -sb "$kit" | awk '{ if ($1 >= 48 * 1024 * 1024) { print "gpu-check.sh: the kit has " $1 " bytes, 48 MiB is the limit"; exit 1 } }'
  du -sh "$kit"
}

java() { # java CLASS ARGUMENT...: the command line of a class with its arguments, in the array COMMAND
  COMMAND=("$here/java/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED
    --sun-misc-unsafe-memory-access=allow -Xmx8g "-Dobservatory.python=${OBSERVATORY_PYTHON:-python3}"
    "-Dobservatory.peak.teraflops=${OBSERVATORY_PEAK_TFLOPS:-989}"
    ${OBSERVATORY_CUDA_LIBS:+-Dobservatory.cuda.libraries="$OBSERVATORY_CUDA_LIBS"}
    -cp "$here/lib/*" "$@")
}

java_bench() { java observatory.trainer.cuda.CudaBench "$@"; }

verdict() { # verdict WORD NAME [NUMBERS]: a line like those of CudaBench, behind what the part said itself
  printf '%-8s %-34s %s\n' "$1" "$2" "${3:-}" >>"$results/$part.txt"
}

# within MINUTES COMMAND...: what it says goes into the part's file; its status, 124 where it was not done. In the background
# and waited for, because bash hears of a signal only then.
within() {
  local limit=$(($1 * 60)) left=$((deadline - SECONDS)) status=0
  [ "$limit" -le "$left" ] || limit=$left
  echo "$part: at most $limit s, $left s left" >&2
  timeout -k 10 "$limit" "${@:2}" >>"$results/$part.txt" 2>&1 &
  running=$!
  wait "$running" || status=$?
  running=
  [ "$status" -ne 137 ] || status=124
  [ "$status" -ne 124 ] || verdict fail "$part" "error=not done after $limit s"
  return "$status"
}

run_part() { # run_part PART MINUTES
  part=$1
  : >"$results/$part.txt"
  [ $((deadline - SECONDS)) -gt 5 ] || { verdict skipped "$part" "reason=out of time"; return 0; }
  case $part in
    program) run_program "$2" ;;
    memcheck) run_checked memcheck everything "$2" ;;
    racecheck) run_checked racecheck some "$2" ;;
    watch*) run_watch "$2" ;;
    *) run_bench "$2" ;;
  esac
}

run_program() { # run_program MINUTES: the demo on the device, which has to find its planted fault and what it was
  local status=0 data
  data=$(mktemp -d)
  java observatory.cli.Observatory demo --headless --backend cuda --data-dir "$data"
  within "$1" "${COMMAND[@]}" || status=$?
  rm -rf "$data"
  case $status in
    0) if grep -q data-driven "$results/$part.txt"; then verdict pass "$part" "$(grep -m 1 data-driven "$results/$part.txt")"
      else verdict fail "$part" "error=its fault was not found"; fi ;;
    124) ;;
    *) failed "$status" ;;
  esac
}

run_bench() { # run_bench MINUTES: a part of the benchmark, which says its verdicts itself
  local status=0 again=0
  java_bench "$part"
  within "$1" "${COMMAND[@]}" || status=$?
  # A case that loses the device loses it for its process, and one that hangs has to be killed with it: both have a line that
  # says so, and the cases behind them another process.
  while [ "$part" = kernels ] && [[ $status = 5 || $status = 124 ]] && [ $((again += 1)) -le 9 ] &&
    [ $((deadline - SECONDS)) -gt 5 ]; do
    status=0
    java_bench "kernels:$(grep -cE '^(pass|fail) ' "$results/$part.txt")"
    within "$1" "${COMMAND[@]}" || status=$?
  done
  case $status in
    0 | 124) ;;
    2 | 3) stop "$status" ;;
    *) grep -q '^fail ' "$results/$part.txt" || failed "$status" ;;
  esac
}

run_checked() { # run_checked TOOL PART MINUTES: a part of the benchmark under compute-sanitizer
  local status=0
  command -v compute-sanitizer >/dev/null || { verdict skipped "$part" "reason=no compute-sanitizer here"; return 0; }
  java_bench "$2"
  within "$3" compute-sanitizer --tool "$1" --target-processes all --error-exitcode 9 "${COMMAND[@]}" || status=$?
  case $status in
    0) verdict pass "$part" "$(summary)" ;;
    124) ;;
    2 | 3) stop "$status" ;;
    *) failed "$status" ;;
  esac
}

run_watch() { # run_watch MINUTES: the file that watches PyTorch, its tests on the device or its price at GPT-2 124M
  local python=(env -C "$here/python" "${OBSERVATORY_PYTHON:-python3}") status=0 price
  price=(overhead.py --device cuda --layers 12 --width 768 --heads 12 --batch 16 --context 1024 --vocabulary 50304
    --dtype bfloat16 --steps 160)
  "${python[@]}" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null ||
    { verdict skipped "$part" "reason=no PyTorch with CUDA here"; return 0; }
  case $part in
    watch_tests) within "$1" "${python[@]}" -m unittest test_observatory_torch.CudaTest || status=$? ;;
    watch) within "$1" "${python[@]}" "${price[@]}" || status=$? ;;
    watch_compiled) within "$1" "${python[@]}" "${price[@]}" --compile || status=$? ;;
  esac
  case $status in
    0)
      local said
      said=$(grep -E '^(\{|Ran )' "$results/$part.txt" || true)
      while read -r line; do
        if [ "$part" = watch_tests ]; then verdict pass "$part" "$line"; else verdict measured "$part" "$line"; fi
      done <<<"$said" ;;
    124) ;;
    *) failed "$status" ;;
  esac
}

failed() { verdict fail "$part" "error=status $1: $(reason)"; }

stop() { # stop STATUS: no such part, no usable GPU. Nothing else will go better; what went before is told all the same
  if grep -qE '^(pass|fail|measured) ' "$results"/*.txt; then
    failed "$1"
    return 0
  fi
  trap - EXIT
  grep -v 'incubator modules' "$results/$part.txt" >&2
  exit "$1"
}

summary() { # what compute-sanitizer counted
  grep -hE 'SUMMARY' "$results/$part.txt" | tail -n 1 | sed 's/^=* *//' || true
}

reason() { # why a part ended that says no fail itself
  local said
  said=$(summary)
  [ -n "$said" ] || said=$(grep -m 1 -iE 'error|exception|unrecognized' "$results/$part.txt" || true)
  [ -n "$said" ] || said=$(grep -v 'incubator modules' "$results/$part.txt" | tail -n 1)
  echo "${said:-nothing said}"
}

table() {
  trap - EXIT
  local file passed lines
  echo
  echo "$(cat "$results/device.txt"), $(date -u +%F)"
  for file in $(for named in $LIMITS; do echo "$results/${named%%:*}.txt"; done); do
    [ -s "$file" ] || continue
    lines=$(grep -E '^(pass|fail|measured|skipped) ' "$file" || true)
    case $file in
      */kernels.txt | */memcheck.txt | */racecheck.txt) # many lines of one kind: those that pass are counted
        passed=$(grep -c '^pass' <<<"$lines" || true)
        lines=$(grep -v '^pass' <<<"$lines" || true)
        [ "$passed" -eq 0 ] || printf '%-8s %-34s cases=%s\n' pass "$(basename "$file" .txt)" "$passed" ;;
    esac
    [ -z "$lines" ] || echo "$lines"
  done
  if grep -qE '^fail ' "$results"/*.txt; then
    exit 1
  fi
  exit 0
}

if [ "${1:-}" = pack ]; then
  pack "${2:?name the folder to make}"
  exit
fi
# Kernels are compiled once for all parts, also where nobody has a home.
export CUDA_CACHE_PATH="${CUDA_CACHE_PATH:-$here/cache}"
minutes=28
if [ "${1:-}" = --minutes ]; then
  minutes=${2:?how many minutes there are}
  shift 2
fi
deadline=$((SECONDS + minutes * 60))
results=$here/results
rm -rf "$results"
mkdir -p "$results"
[ -d "$here/java" ] || tar -C "$here" -xJf "$here/program.tar.xz"
timeout 20 nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader >"$results/device.txt" 2>/dev/null ||
  echo "no nvidia-smi here" >"$results/device.txt"
running=
trap table EXIT
trap 'trap "" INT TERM; [ -z "$running" ] || kill "$running" 2>/dev/null || true; exit 130' INT TERM
for named in $LIMITS; do
  if [ $# -eq 0 ] || [[ " $* " == *" ${named%%:*} "* ]]; then
    run_part "${named%%:*}" "${named##*:}"
  fi
done
for asked in "$@"; do # parts for profilers
  if [[ " $LIMITS " != *" $asked:"* ]]; then
    LIMITS+=" $asked:5"
    run_part "$asked" 5
  fi
done
