package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import observatory.trainer.ModelSpec;

/**
 * What all layers share: the operations, the hook lines, and tensors that hold a value no longer than one operation
 * needs it.
 *
 * @param narrow (B·T, C)
 * @param wide (B·T, 4C)
 * @param triple (B·T, 3C)
 * @param scores (B·H·T, T)
 */
record Operations(
        Workers workers,
        HookLines lines,
        Rounding rounding,
        Linear linear,
        Gelu gelu,
        Elementwise elementwise,
        Tensor narrow,
        Tensor wide,
        Tensor triple,
        Tensor scores) {

    static Operations of(Arena arena, ModelSpec spec, int batch, Workers workers, HookLines lines, Rounding rounding) {
        int rows = batch * spec.context();
        return new Operations(
                workers,
                lines,
                rounding,
                new Linear(workers),
                new Gelu(workers),
                new Elementwise(workers),
                Tensor.zeros(arena, rows, spec.width()),
                Tensor.zeros(arena, rows, spec.hidden()),
                Tensor.zeros(arena, rows, 3 * spec.width()),
                Attention.scratchFor(arena, spec, batch));
    }
}
