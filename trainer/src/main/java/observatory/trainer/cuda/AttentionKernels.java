package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import observatory.trainer.cuda.Kernels.Grid;

/**
 * Attention forward and back: on tensor cores, in the words of attention.cu, for 16-bit formats and heads of 32, 64 and
 * 128; else in those of attention_plain.cu.
 */
final class AttentionKernels {
    private static final int TILE = 64;
    private static final int TILE_PADDING = 8;
    private static final int SHAPE_LONGS = 5;

    private final Kernels kernels;
    private final boolean half;

    /** @param half whether elements have 16 bits */
    AttentionKernels(Kernels kernels, boolean half) {
        this.kernels = kernels;
        this.half = half;
    }

    /** What attention keeps for its backward pass, and what it tells where largest is not 0. */
    record Scores(long logs, long largest, long entropies) {}

    /** Blocks, and so partials of queries, keys and values, of attention; 0 where its kernel cannot measure them. */
    int partialBlocks(Heads heads) {
        return tensorCores(heads) ? tiles(heads, 5).x() * tiles(heads, 5).y() : 0;
    }

    /** @param partials 0, or where the summaries of the joint tensor go, where {@link #partialBlocks} is not 0 */
    void forward(long qkv, long out, Scores scores, Heads heads, long partials) {
        boolean observed = scores.largest() != 0;
        MemorySegment shape = shape(heads);
        if (!tensorCores(heads)) {
            if (observed) {
                kernels.launch(
                        "attention_plain_forward_observed",
                        plain(heads),
                        qkv,
                        out,
                        scores.logs(),
                        shape,
                        scores.largest(),
                        scores.entropies());
            } else {
                kernels.launch("attention_plain_forward", plain(heads), qkv, out, scores.logs(), shape);
            }
            return;
        }
        String kernel = "attention_forward_" + heads.size();
        Grid grid = tiles(heads, 5);
        if (observed) {
            kernels.launch(
                    kernel + "_observed",
                    grid,
                    qkv,
                    out,
                    scores.logs(),
                    shape,
                    partials,
                    scores.largest(),
                    scores.entropies());
        } else if (partials != 0) {
            kernels.launch(kernel + "_measured", grid, qkv, out, scores.logs(), shape, partials);
        } else {
            kernels.launch(kernel, grid, qkv, out, scores.logs(), shape);
        }
    }

    /** @param dots (B · H · T) float, written */
    void backward(long qkv, long out, long dOut, long logs, long dots, long dQkv, Heads heads) {
        MemorySegment shape = shape(heads);
        if (tensorCores(heads)) {
            int warps = Blocks.THREADS / 32;
            int blocks = (int) Blocks.ceil((long) heads.batch() * heads.count() * heads.context(), warps);
            kernels.launch("attention_dots", Grid.of(blocks, Blocks.THREADS), out, dOut, dots, shape);
            String size = "_" + heads.size();
            kernels.launch("attention_backward_keys" + size, tiles(heads, 4), qkv, dOut, logs, dots, dQkv, shape);
            kernels.launch("attention_backward_queries" + size, tiles(heads, 4), qkv, dOut, logs, dots, dQkv, shape);
            return;
        }
        kernels.launch("attention_plain_queries", plain(heads), qkv, out, dOut, logs, dots, dQkv, shape);
        kernels.launch("attention_plain_keys", plain(heads), qkv, dOut, logs, dots, dQkv, shape);
    }

    private boolean tensorCores(Heads heads) {
        return half && (heads.size() == 32 || heads.size() == 64 || heads.size() == 128);
    }

    /** One block for each 64 queries or keys of a head, with some tiles of them in shared memory. */
    private static Grid tiles(Heads heads, int tiles) {
        int shared = tiles * TILE * (heads.size() + TILE_PADDING) * Short.BYTES;
        return new Grid((int) Blocks.ceil(heads.context(), TILE), heads.batch() * heads.count(), 128, shared);
    }

    private static Grid plain(Heads heads) {
        return Grid.of((int) Blocks.ceil((long) heads.batch() * heads.count() * heads.context(), 4), 128);
    }

    /** AttentionShape of attention_shape.cuh; a launch copies it. */
    private static MemorySegment shape(Heads heads) {
        MemorySegment shape = MemorySegment.ofArray(new long[SHAPE_LONGS]);
        shape.set(JAVA_INT, 0, heads.batch());
        shape.set(JAVA_INT, 4, heads.count());
        shape.set(JAVA_INT, 8, heads.context());
        shape.set(JAVA_INT, 12, heads.width());
        shape.set(JAVA_INT, 16, heads.size());
        shape.set(JAVA_FLOAT, 20, heads.scale());
        shape.set(JAVA_LONG, 24, heads.slopes());
        shape.set(JAVA_LONG, 32, heads.prefixes());
        return shape;
    }
}
