package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import observatory.trainer.ModelSpec;

/**
 * What all layers share: the operations, the hook lines, and tensors that hold a value no longer than one operation
 * needs it. Each is as large as the largest pass; a smaller pass uses its first rows.
 *
 * @param narrow (B·T, C)
 * @param wide (B·T, H)
 * @param wideToo (B·T, H) for gated units, else as wide
 * @param triple (B·T, 3C)
 * @param scores (B·H·T, T)
 */
record Operations(
        Workers workers,
        HookLines lines,
        Rounding rounding,
        Linear linear,
        Activation activation,
        Elementwise elementwise,
        Tensor narrow,
        Tensor wide,
        Tensor wideToo,
        Tensor triple,
        Tensor scores) {

    static Operations of(
            Arena arena, ModelSpec spec, int sequences, Workers workers, HookLines lines, Rounding rounding) {
        int rows = sequences * spec.context();
        Tensor wide = Tensor.zeros(arena, rows, spec.hidden());
        return new Operations(
                workers,
                lines,
                rounding,
                new Linear(workers),
                Activation.of(spec.activation(), workers),
                new Elementwise(workers),
                Tensor.zeros(arena, rows, spec.width()),
                wide,
                spec.activation().gated() ? Tensor.zeros(arena, rows, spec.hidden()) : wide,
                Tensor.zeros(arena, rows, 3 * spec.width()),
                Attention.scratchFor(arena, spec, sequences));
    }
}
