# For build.sh and emulate.sh: all kernels of a format as one source, each file in a namespace of its own.
unit() { # unit FORMAT SOURCES
  local format=$1 sources=$2 file
  printf '#define ELEMENT_%s\n' "${format^^}"
  [ -z "${EMULATED:-}" ] || printf '#include "launch.h"\n'
  [ -n "${EMULATED:-}" ] || printf '#include <cuda_bf16.h>\n#include <cuda_fp16.h>\n'
  printf 'namespace %s {\nnamespace {\n' "$format"
  printf '#include "%s"\n' element.cuh copies.cuh exponential.cuh pairs.cuh reduce.cuh
  [ "$format" = f32 ] || printf '#include "tensorcore.cuh"\n'
  printf '#include "%s"\n' summary.cuh exponents.cuh control.cuh attention_shape.cuh
  for file in "$sources"/*.cu; do
    printf 'namespace source_%s {\n#include "%s"\n}\n' "$(basename "$file" .cu)" "$file"
  done
  printf '}\n}\n'
}

# One number for all sources: what it is taken over is what PtxTest takes it over.
sources_hash() { # sources_hash SOURCES
  (cd "$1" && LC_ALL=C ls ./*.cu ./*.cuh | sed 's#^\./##' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)
}
