package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import observatory.trainer.cuda.Kernels.Grid;

/**
 * The kernels as operations, in the words of their sources. The number of blocks is a function of the shape alone, so
 * results do not depend on the device. Where partials are 0 nothing is measured.
 */
final class Operations {
    /** Eight blocks for each of 132 multiprocessors: enough in flight to fill the memory of the largest device. */
    static final int MOST_BLOCKS = 1056;

    static final int THREADS = 256;
    static final int ROWS_A_BLOCK = 8;
    private static final int CROSS_ENTROPY_THREADS = 512;
    private static final int TILE = 64;
    private static final int TILE_PADDING = 8;

    private final Kernels kernels;
    private final Arena arena;
    private final int pack;
    private final Reductions reductions;

    /** @param elementBytes 4, or 2 in 16-bit formats */
    Operations(Kernels kernels, Arena arena, int elementBytes) {
        this.kernels = kernels;
        this.arena = arena;
        this.pack = 16 / elementBytes;
        this.reductions = new Reductions(kernels, this);
    }

    /** What only makes tensors small. */
    Reductions reductions() {
        return reductions;
    }

    /** Blocks, and so partials, of an operation over elements. */
    int blocksFor(long elements) {
        // Half as many: their threads have several loads under way, and all of them run at once.
        return Math.clamp(ceil(elements, (long) THREADS * pack), 1, MOST_BLOCKS / 2);
    }

    /** Blocks, and so partials, of an operation over rows. */
    static int blocksForRows(int rows) {
        return Math.clamp(ceil(rows, ROWS_A_BLOCK), 1, MOST_BLOCKS);
    }

    /** Blocks, and so partials, of the loss: a block is a row at a time. */
    static int blocksForLoss(int rows) {
        return Math.min(rows, MOST_BLOCKS / 4);
    }

    void embed(long tokens, long tokenVectors, long positionVectors, long x, Rows rows, int context, long partials) {
        kernels.launch(
                measured("embed", partials),
                Grid.of(blocksFor(rows.elements()), THREADS),
                tokens,
                tokenVectors,
                positionVectors,
                x,
                rows.count(),
                rows.columns(),
                context,
                partials);
    }

    /** How many rows of how many columns. */
    record Rows(int count, int columns) {
        long elements() {
            return (long) count * columns;
        }
    }

    /** Rows of one token brought together by the host: see embedding.cu. */
    record SortedTokens(long rows, long parts, long count, int most) {}

    void embedBackward(long d, SortedTokens sorted, long sums, long tokenGradient, int columns) {
        kernels.launch(
                "embed_backward_parts",
                Grid.of(sorted.most(), 128),
                d,
                sorted.rows(),
                sorted.parts(),
                sorted.count(),
                sums,
                columns);
        kernels.launch(
                "embed_backward_tokens",
                Grid.of(sorted.most(), 128),
                sums,
                sorted.parts(),
                sorted.count(),
                tokenGradient,
                columns);
    }

    void positionsBackward(long d, long gradient, int batch, int columns, int context) {
        int blocks = (int) ceil((long) context * columns, THREADS);
        kernels.launch("embed_backward_positions", Grid.of(blocks, THREADS), d, gradient, batch, columns, context);
    }

    /** A norm's gain, bias (0 for none), and what it keeps of each row. */
    record Norm(long gain, long bias, long means, long scales, boolean centred) {
        int centredFlag() {
            return centred ? 1 : 0;
        }
    }

    /** Where the summaries of what passes a norm go; each may be 0. */
    record NormPartials(long branch, long residual, long y) {
        static final NormPartials NONE = new NormPartials(0, 0, 0);
    }

    /** @param branch 0, or what is added to x and kept as the residual stream */
    void normForward(long x, long branch, Norm norm, long residual, long y, Rows rows, NormPartials partials) {
        kernels.launch(
                measured("norm_forward", partials.branch() | partials.residual() | partials.y()),
                Grid.of(blocksForRows(rows.count()), THREADS),
                x,
                branch,
                norm.gain(),
                norm.bias(),
                residual,
                y,
                norm.means(),
                norm.scales(),
                rows.count(),
                rows.columns(),
                norm.centredFlag(),
                partials.branch(),
                partials.residual(),
                partials.y());
    }

    void normBackwardInput(long dy, long x, Norm norm, long d, Rows rows, long partials) {
        kernels.launch(
                measured("norm_backward_input", partials),
                Grid.of(blocksForRows(rows.count()), THREADS),
                dy,
                x,
                norm.gain(),
                norm.means(),
                norm.scales(),
                d,
                rows.count(),
                rows.columns(),
                norm.centredFlag(),
                partials);
    }

    /** How rows are cut into parts whose gradients of gain and bias are summed apart: none reaches over two sequences. */
    record NormParts(int rowsEach, int count) {
        private static final int MOST = 512;

        static NormParts of(int rows, int context) {
            int each = (int) ceil(rows, MOST);
            while (context % each != 0) {
                each++;
            }
            return new NormParts(each, rows / each);
        }

        /** Parts of the largest pass, and of any smaller one. */
        static int most(int rows, int context) {
            return Math.min(rows, MOST + rows / context);
        }
    }

    /** @param room (2, parts, columns) float */
    void normBackwardParameters(
            long dy, long x, Norm norm, long room, long gain, long bias, Rows rows, NormParts parts) {
        long biasParts = room + (long) parts.count() * rows.columns() * Float.BYTES;
        kernels.launch(
                "norm_backward_parts",
                Grid.of((int) ceil(rows.columns(), 256), 128).rows(parts.count()),
                dy,
                x,
                norm.means(),
                norm.scales(),
                room,
                biasParts,
                rows.count(),
                rows.columns(),
                parts.rowsEach());
        kernels.launch(
                "norm_backward_merge",
                Grid.of((int) ceil(rows.columns(), 32), THREADS),
                room,
                biasParts,
                gain,
                bias,
                parts.count(),
                rows.columns());
    }

    /**
     * Each sequence's own gradient of a gain, from the parts that {@link #normBackwardParameters} has left.
     *
     * @param out (sequences, columns) float
     */
    void exampleGradients(long room, long out, int sequences, int columns, NormParts parts) {
        kernels.launch(
                "norm_examples",
                Grid.of((int) ceil(columns, THREADS), THREADS).rows(sequences),
                room,
                out,
                parts.count() / sequences,
                columns);
    }

    /** Heads of a batch of sequences, and what changes their scores; slopes and prefixes may be 0. */
    record Heads(int batch, int count, int context, int size, float scale, long slopes, long prefixes) {
        int width() {
            return count * size;
        }
    }

    /** What attention keeps for its backward pass, and what it tells where largest is not 0. */
    record Scores(long logs, long largest, long entropies) {}

    /** Blocks, and so partials of queries, keys and values, of attention; 0 where its kernel cannot measure them. */
    int blocksForAttention(Heads heads) {
        return tensorCores(heads) ? tiles(heads, 5).x() * tiles(heads, 5).y() : 0;
    }

    /** @param partials 0, or where the summaries of the joint tensor go, where {@link #blocksForAttention} is not 0 */
    void attentionForward(long qkv, long out, Scores scores, Heads heads, long partials) {
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
    void attentionBackward(long qkv, long out, long dOut, long logs, long dots, long dQkv, Heads heads) {
        MemorySegment shape = shape(heads);
        if (tensorCores(heads)) {
            int warps = THREADS / 32;
            int blocks = (int) ceil((long) heads.batch() * heads.count() * heads.context(), warps);
            kernels.launch("attention_dots", Grid.of(blocks, THREADS), out, dOut, dots, shape);
            String size = "_" + heads.size();
            kernels.launch("attention_backward_keys" + size, tiles(heads, 4), qkv, dOut, logs, dots, dQkv, shape);
            kernels.launch("attention_backward_queries" + size, tiles(heads, 4), qkv, dOut, logs, dots, dQkv, shape);
            return;
        }
        kernels.launch("attention_plain_queries", plain(heads), qkv, out, dOut, logs, dots, dQkv, shape);
        kernels.launch("attention_plain_keys", plain(heads), qkv, dOut, logs, dots, dQkv, shape);
    }

    void activate(long x, long y, long elements, int kind, long xPartials, long yPartials) {
        kernels.launch(
                measured("activate", xPartials | yPartials),
                Grid.of(blocksFor(elements), THREADS),
                x,
                y,
                elements,
                kind,
                xPartials,
                yPartials);
    }

    void activateBackward(long dy, long x, long dx, long elements, int kind) {
        kernels.launch("activate_backward", Grid.of(blocksFor(elements), THREADS), dy, x, dx, elements, kind);
    }

    void gate(long gates, long values, long y, long elements, int kind, long gatePartials, long yPartials) {
        kernels.launch(
                measured("gate", gatePartials | yPartials),
                Grid.of(blocksFor(elements), THREADS),
                gates,
                values,
                y,
                elements,
                kind,
                gatePartials,
                yPartials);
    }

    /** @param d (rows, 2 · units) */
    void gateBackward(long dy, long gates, long values, long d, Rows units, int kind) {
        kernels.launch(
                "gate_backward",
                Grid.of(blocksFor(units.elements()), THREADS),
                dy,
                gates,
                values,
                d,
                units.elements(),
                units.columns(),
                kind);
    }

    /** Cosines and sines of the angles of all places, (T, d/2) float each. */
    record Rotation(long cosines, long sines) {}

    /** @param sign 1 forward, -1 for gradients */
    void rotate(long qkv, Rotation rotation, Heads heads, float sign) {
        int rows = heads.batch() * heads.context();
        kernels.launch(
                "rotate",
                Grid.of(blocksFor((long) rows * heads.width()), THREADS),
                qkv,
                rotation.cosines(),
                rotation.sines(),
                rows,
                heads.context(),
                heads.width(),
                heads.size(),
                sign);
    }

    /** Gains of queries and of keys, in the format of the run. */
    record HeadGains(long queries, long keys) {}

    void headNorm(long qkv, long raw, HeadGains gains, Heads heads) {
        int rows = heads.batch() * heads.context();
        kernels.launch(
                "head_norm",
                Grid.of(blocksForRows(rows), THREADS),
                qkv,
                raw,
                gains.queries(),
                gains.keys(),
                rows,
                heads.width(),
                heads.size());
    }

    /** Parts of the gradients of the gains of heads. */
    static int headParts(int rows) {
        return Math.min(256, blocksForRows(rows));
    }

    /**
     * @param room (2, headParts, size) float
     * @param gradients of the gains, float
     */
    void headNormBackward(long d, long raw, HeadGains gains, HeadGains gradients, long room, Heads heads) {
        int rows = heads.batch() * heads.context();
        int parts = headParts(rows);
        long keyParts = room + (long) parts * heads.size() * Float.BYTES;
        kernels.launch(
                "head_norm_backward",
                Grid.of(parts, THREADS),
                d,
                raw,
                gains.queries(),
                gains.keys(),
                room,
                keyParts,
                rows,
                heads.width(),
                heads.size());
        kernels.launch(
                "norm_backward_merge",
                Grid.of((int) ceil(heads.size(), 32), THREADS),
                room,
                keyParts,
                gradients.queries(),
                gradients.keys(),
                parts,
                heads.size());
    }

    /** Targets of the loss, and each row's share in the step's mean and in its sequence's. */
    record Targets(long tokens, long stepShares, long sequenceShares) {}

    /** The loss of each row, and the logarithm of its softmax denominator: float. */
    record Losses(long values, long logs) {}

    void crossEntropy(
            long logits,
            Targets targets,
            Losses losses,
            Rows rows,
            long orders,
            long logitPartials,
            long gradPartials) {
        kernels.launch(
                measured("cross_entropy", logitPartials | gradPartials),
                Grid.of(blocksForLoss(rows.count()), CROSS_ENTROPY_THREADS),
                logits,
                targets.tokens(),
                targets.stepShares(),
                losses.values(),
                losses.logs(),
                rows.count(),
                rows.columns(),
                orders,
                logitPartials,
                gradPartials);
    }

    void sequenceLosses(long losses, Targets targets, long means, int sequences, int context) {
        kernels.launch("sequence_losses", Grid.of(sequences, 128), losses, targets.sequenceShares(), means, context);
    }

    void gradientNorm(long gradients, long chunks, int count, long partials) {
        kernels.launch("gradient_norm", Grid.of(count, THREADS), gradients, chunks, partials);
    }

    void decide(long rows, int parameters, long orders, long decision) {
        kernels.launch("decide", Grid.of(1, 32), rows, parameters, orders, decision);
    }

    /** Where all parameters lie, one after the other; working is 0 where the weights themselves are read. */
    record Parameters(long gradients, long weights, long firsts, long seconds, long working) {}

    /** Where the orders of a step are, and the decision it came to. */
    record Control(long orders, long decision) {}

    void adamw(Parameters p, long chunks, int count, Control control, long updatePartials, long weightPartials) {
        kernels.launch(
                measured("adamw", updatePartials),
                Grid.of(count, THREADS),
                p.gradients(),
                p.weights(),
                p.firsts(),
                p.seconds(),
                p.working(),
                chunks,
                control.orders(),
                control.decision(),
                updatePartials,
                weightPartials);
    }

    void roundWeights(long weights, long working, long elements) {
        kernels.launch("round_weights", Grid.of(blocksFor(elements), THREADS), weights, working, elements);
    }

    void scaleAll(long x, long elements, float factor) {
        kernels.launch("scale_all", Grid.of(blocksFor(elements), THREADS), x, elements, factor);
    }

    void setElement(long x, long index, float value) {
        kernels.launch("set_element", Grid.of(1, 32), x, index, value);
    }

    private static String measured(String kernel, long partials) {
        return partials == 0 ? kernel : kernel + "_measured";
    }

    private boolean tensorCores(Heads heads) {
        return pack == 8 && (heads.size() == 32 || heads.size() == 64 || heads.size() == 128);
    }

    /** One block for each 64 queries or keys of a head, with some tiles of them in shared memory. */
    private static Grid tiles(Heads heads, int tiles) {
        int shared = tiles * TILE * (heads.size() + TILE_PADDING) * Short.BYTES;
        return new Grid((int) ceil(heads.context(), TILE), heads.batch() * heads.count(), 128, shared);
    }

    private static Grid plain(Heads heads) {
        return Grid.of((int) ceil((long) heads.batch() * heads.count() * heads.context(), 4), 128);
    }

    /** AttentionShape of attention_shape.cuh. */
    private MemorySegment shape(Heads heads) {
        MemorySegment shape = arena.allocate(40, 8);
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

    static long ceil(long value, long unit) {
        return (value + unit - 1) / unit;
    }
}
