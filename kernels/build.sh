#!/usr/bin/env bash
# Compiles the kernels to PTX with nvcc, once for each format, into the resources of this module; the results are
# committed, so that neither users nor the build of the jar need a CUDA toolkit.
#
# The PTX is for compute capability 8.0 and newer. Its .version is lowered to 7.0, which drivers of CUDA 11 and later
# accept: legal as long as nothing newer than that is used, which a test checks by assembling it. Hints that newer
# compilers leave behind (used_bytes_mask) are taken out, and numbers of the process that compiled from the names of
# functions: the same compiler makes the same bytes of the same sources.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$home/src/main/cuda
out=$home/src/main/resources/observatory/kernel
. "$home/unit.sh"
command -v nvcc >/dev/null || { echo "build.sh: needs nvcc of a CUDA toolkit 12 or newer on the PATH" >&2; exit 3; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
for format in f32 bf16 f16; do
  unit "$format" "$sources" >"$work/$format.cu"
  nvcc -ptx -arch=compute_80 -fmad=false -std=c++17 --diag-suppress 177 -I"$sources" "$work/$format.cu" -o "$work/$format.ptx"
  {
    printf '// element: %s\n// sources: %s\n' "$format" "$(sources_hash "$sources")"
    sed -E -e '/used_bytes_mask/d' -e '/^\/\//d' -e '/^$/d' -e 's/^\.version .*/.version 7.0/' \
      -e 's/[0-9]*_(INTERNAL|GLOBAL__N_)_[0-9a-f]{8}_[0-9]+_[a-z0-9]+_cu_[0-9a-f]{8}_[0-9]+/_\1_/g' "$work/$format.ptx"
  } >"$out/kernels.$format.ptx"
done
ls -l "$out"/*.ptx
