#!/usr/bin/env bash
# Builds libcuda.so.1 from the unmodified kernels with the system's g++, so that the host code and every kernel run where
# there is no GPU.
#
#   emulate.sh FOLDER [SOURCES]     writes into FOLDER; takes the .cu files from SOURCES instead of ours
#   emulate.sh --ptx FOLDER [PTX]   the same of what is shipped: the .ptx files, or those in PTX. Stricter and slower; compiles
#                                   again only those kernels that differ from what is in FOLDER. Needs java 25
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ptx=
[ "$1" != --ptx ] || { ptx=$home/src/main/resources/observatory/kernel; shift; }
out=$1
sources=${2:-${ptx:-$home/src/main/cuda}}
emulation=$home/src/test/cuda
mkdir -p "$out"
cd "$out"
flags=(-std=c++17 -O1 -fPIC -ffp-contract=off -fno-stack-protector -U_FORTIFY_SOURCE -fvisibility=hidden -w
  -I"$sources" -I"$emulation")

EMULATED=1
. "$home/unit.sh"

# The kernels of a format, and a line for each that is found in them.
compile() {
  local format=$1
  unit "$format" "$sources" >"$format.cpp"
  g++ "${flags[@]}" -E -P "$format.cpp" | awk -v format="$format" '
    /namespace source_/ { match($0, /source_[a-z_]*/); space = substr($0, RSTART, RLENGTH) }
    { while (match($0, /kernel_entry_[a-z0-9_]*/)) {
        entry = substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH)
        printf "static const bool %s_%s = emulation::enlist(\"%s/%s\", %s::%s::%s);\n",
          format, entry, format, substr(entry, 14), format, space, entry } }' | sort -u >>"$format.cpp"
  g++ "${flags[@]}" -c "$format.cpp" -o "$format.o"
}

# Every function of the PTX is a file of its own; those that changed, two at a time.
compile_ptx() {
  local unit object
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" "$home/src/test/java/observatory/kernel/PtxToCpp.java" . "$sources"/*.ptx
  for unit in *-*.cpp; do
    object=${unit%.cpp}.o
    [ -f "$object" ] && [ -z "$(find "$unit" "$emulation"/*.h -newer "$object")" ] || echo "$unit"
  done | xargs -r -n 1 -P 2 g++ "${flags[@]}" -fwrapv -c
}

runtime() {
  g++ "${flags[@]}" -c "$emulation/emulation.cpp" -o emulation.o
  g++ "${flags[@]}" -fvisibility=default -c "$emulation/driver.cpp" -o driver.o
}

if [ -n "$ptx" ]; then
  compile_ptx
  g++ "${flags[@]}" -c "$emulation/ptx.cpp" -o ptx.o
  runtime
  kernels=(ptx.o ./*-*.o)
else
  compile f32 &
  one=$!
  compile bf16
  wait "$one"
  compile f16 &
  one=$!
  runtime
  wait "$one"
  kernels=(f32.o bf16.o f16.o)
fi
g++ -shared -Wl,-soname,libcuda.so.1 -o libcuda.so.1.new emulation.o driver.o "${kernels[@]}"
mv libcuda.so.1.new libcuda.so.1
