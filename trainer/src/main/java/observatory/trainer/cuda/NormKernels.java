package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/** LayerNorm and RMSNorm with the addition to the residual stream in front of them, in the words of norm.cu. */
final class NormKernels {
    /** Wider rows are read twice by norm.cu, and not fetched ahead. */
    private static final int KEPT_COLUMNS = 1024;

    private final Kernels kernels;
    private final Blocks blocks;

    NormKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
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
    void forward(long x, long branch, Norm norm, long residual, long y, Rows rows, NormPartials partials) {
        kernels.launch(
                Kernels.measured("norm_forward", partials.branch() | partials.residual() | partials.y()),
                Grid.of(blocks.forNorm(rows.count()), 32 * Blocks.NORM_WARPS).sharing(room(rows)),
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

    /** Bytes for the rows that the warps of a block have on their way, of x and of the branch. */
    private int room(Rows rows) {
        boolean kept = rows.columns() <= KEPT_COLUMNS && rows.columns() % blocks.pack() == 0;
        return kept ? Blocks.NORM_WARPS * 2 * rows.columns() * blocks.elementBytes() : 0;
    }

    void backwardInput(long dy, long x, Norm norm, long d, Rows rows, long partials) {
        kernels.launch(
                Kernels.measured("norm_backward_input", partials),
                Grid.of(blocks.forRows(rows.count()), Blocks.THREADS),
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

    /**
     * How rows are cut into parts whose gradients of gain and bias are summed apart: none reaches over two sequences.
     */
    record NormParts(int rowsEach, int count) {
        private static final int MOST = 512;

        static NormParts of(int rows, int context) {
            int each = (int) Math.min(context, Blocks.ceil(rows, MOST));
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
    void backwardParameters(long dy, long x, Norm norm, long room, long gain, long bias, Rows rows, NormParts parts) {
        long biasParts = room + (long) parts.count() * rows.columns() * Float.BYTES;
        kernels.launch(
                "norm_backward_parts",
                Grid.of((int) Blocks.ceil(rows.columns(), 256), 128).rows(parts.count()),
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
                Grid.of((int) Blocks.ceil(rows.columns(), 32), Blocks.THREADS),
                room,
                biasParts,
                gain,
                bias,
                parts.count(),
                rows.columns());
    }

    /**
     * Each sequence's own gradient of a gain, from the parts that {@link #backwardParameters} has left.
     *
     * @param out (sequences, columns) float
     */
    void exampleGradients(long room, long out, int sequences, int columns, NormParts parts) {
        kernels.launch(
                "norm_examples",
                Grid.of((int) Blocks.ceil(columns, Blocks.THREADS), Blocks.THREADS)
                        .rows(sequences),
                room,
                out,
                parts.count() / sequences,
                columns);
    }
}
