package observatory.trainer.cuda;

import java.util.ArrayList;
import java.util.List;
import observatory.trainer.ModelSpec;

/**
 * Where the tensors of a pass lie on the device, for the largest pass; a smaller one uses the first rows of each. Rows
 * are tokens, B·T of them.
 *
 * @param embedded (B·T, C)
 * @param branch (B·T, C), what attention or MLP adds to the residual stream next
 * @param normalised (B·T, C), of the final norm
 * @param logits (B·T, V), then their gradient
 * @param losses (B·T) float
 * @param logs (B·T) float, logarithms of the softmax denominators over the vocabulary
 * @param gradient (B·T, C), of the residual stream
 * @param narrow (B·T, C)
 * @param wide (B·T, projected)
 * @param units (B·T, H), where units are gated
 * @param triple (B·T, 3C)
 * @param dots (B·H·T) float
 * @param scores (B·T, H) float, largest attention logit of each query and head, for observers
 * @param entropies (B·T, H) float, of their attention, for observers
 * @param exampleGradients (B, C) float, each sequence's part of the gradient of a gain, for observers
 * @param normParts (2, parts, C) float
 * @param tokenSums (parts, C) float, sums of the gradient over rows of one token
 */
record Activations(
        List<Layer> layers,
        long embedded,
        long branch,
        long normalised,
        KeptByNorm finalNorm,
        long logits,
        long losses,
        long logs,
        long gradient,
        long narrow,
        long wide,
        long units,
        long triple,
        long dots,
        long scores,
        long entropies,
        long exampleGradients,
        long normParts,
        long tokenSums) {

    /** Mean and reciprocal deviation of each row, (B·T) float each. */
    record KeptByNorm(long means, long scales) {
        static KeptByNorm in(Space space, int rows) {
            return new KeptByNorm(space.take((long) rows * Float.BYTES), space.take((long) rows * Float.BYTES));
        }
    }

    /**
     * What one layer keeps for its backward pass.
     *
     * @param attentionInput (B·T, C), normalised
     * @param qkv (B·T, 3C), as attention reads it
     * @param raw (B·T, 2C), queries and keys before their norm, where they have one
     * @param mixed (B·T, C)
     * @param logs (B·H·T) float, logarithms of the softmax denominators
     * @param middle (B·T, C), residual stream between attention and MLP
     * @param mlpInput (B·T, C), normalised
     * @param up (B·T, H), what the activation reads; where units are gated, behind it their values, (B·T, H)
     * @param hidden (B·T, H)
     * @param output (B·T, C), residual stream behind the layer
     */
    record Layer(
            KeptByNorm attentionNorm,
            long attentionInput,
            long qkv,
            long raw,
            long mixed,
            long logs,
            KeptByNorm mlpNorm,
            long middle,
            long mlpInput,
            long up,
            long hidden,
            long output) {}

    static Activations in(Space space, ModelSpec spec, int sequences, Elements format) {
        int rows = sequences * spec.context();
        Room room = new Room(space, rows, format.bytes());
        long scores = (long) rows * spec.heads() * Float.BYTES;
        List<Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < spec.layers(); layer++) {
            layers.add(new Layer(
                    KeptByNorm.in(space, rows),
                    room.of(spec.width()),
                    room.of(3 * spec.width()),
                    spec.qkNorm() ? room.of(2 * spec.width()) : 0,
                    room.of(spec.width()),
                    space.take(scores),
                    KeptByNorm.in(space, rows),
                    room.of(spec.width()),
                    room.of(spec.width()),
                    room.of(spec.projected()),
                    room.of(spec.hidden()),
                    room.of(spec.width())));
        }
        return new Activations(
                List.copyOf(layers),
                room.of(spec.width()),
                room.of(spec.width()),
                room.of(spec.width()),
                KeptByNorm.in(space, rows),
                room.of(spec.vocabulary()),
                space.take((long) rows * Float.BYTES),
                space.take((long) rows * Float.BYTES),
                room.of(spec.width()),
                room.of(spec.width()),
                room.of(spec.projected()),
                spec.activation().gated() ? room.of(spec.hidden()) : 0,
                room.of(3 * spec.width()),
                space.take(scores),
                space.take(scores),
                space.take(scores),
                space.take((long) sequences * spec.width() * Float.BYTES),
                space.take(2L * NormKernels.NormParts.most(rows, spec.context()) * spec.width() * Float.BYTES),
                space.take((long) Packet.mostParts(rows, spec.vocabulary()) * spec.width() * Float.BYTES));
    }

    /** Takes places for tensors of so many rows. */
    private record Room(Space space, int rows, int elementBytes) {
        long of(int columns) {
            return space.take((long) rows * columns * elementBytes);
        }
    }
}
