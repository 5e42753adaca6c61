package observatory.trainer.cuda;

import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Kernels.Grid;

/**
 * The kernels that make a tensor small, for observers and for the gradient norm, in the words of summary.cu,
 * statistics.cu, spectral.cu and optimizer.cu.
 */
final class Reductions {
    private final Kernels kernels;
    private final Blocks blocks;

    Reductions(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    void summarise(Place place, long partials) {
        String kernel = place.isFloat() ? "summarise_floats" : "summarise";
        kernels.launch(
                kernel,
                Grid.of(blocks.forElements(place.elements()), Blocks.THREADS),
                place.address(),
                place.elements(),
                partials);
    }

    /** @param counts 257 integers, zero at first */
    void exponents(Place place, int stride, long counts) {
        launchOver("exponents", place, stride, counts);
    }

    /** @param counts two longs, zero at first */
    void tail(Place place, float threshold, long counts) {
        launchOver("tail", place, threshold, counts);
    }

    private void launchOver(String kernel, Place place, Object parameter, long out) {
        kernels.launch(
                named(kernel, place),
                Grid.of(blocks.forElements(place.elements()), Blocks.THREADS),
                place.address(),
                place.elements(),
                parameter,
                out);
    }

    void shape(Place place, long partials, long out) {
        int count = blocks.forElements(place.elements());
        kernels.launch(
                named("shape", place), Grid.of(count, Blocks.THREADS), place.address(), place.elements(), partials);
        kernels.launch("merge_shapes", Grid.of(1, Blocks.THREADS), partials, count, out);
    }

    void rowNorms(Place place, long partials, long out) {
        int count = blocks.forRows(place.rows());
        kernels.launch(
                named("rows", place),
                Grid.of(count, Blocks.THREADS),
                place.address(),
                place.rows(),
                place.columns(),
                partials);
        kernels.launch("merge_rows", Grid.of(1, Blocks.THREADS), partials, count, out);
    }

    /** Groups of rows whose columns are summed apart. */
    static int columnGroups(int rows) {
        int each = (int) Blocks.ceil(rows, Math.min(128, rows));
        return (int) Blocks.ceil(rows, each);
    }

    void columns(Place place, long parts, Measurements.Scale scale, long out) {
        int groups = columnGroups(place.rows());
        int each = (int) Blocks.ceil(place.rows(), groups);
        kernels.launch(
                named("columns", place),
                Grid.of((int) Blocks.ceil(place.columns(), 64), 64).rows(groups),
                place.address(),
                place.rows(),
                place.columns(),
                each,
                parts);
        kernels.launch(
                "merge_columns",
                Grid.of((int) Blocks.ceil(place.columns(), 32), Blocks.THREADS),
                parts,
                groups,
                place.columns(),
                scale.orders(),
                scale.times(),
                out);
    }

    /**
     * One step on a float matrix.
     *
     * @param v (columns) double, goes on
     * @param own room for 2 · rows + groups · columns doubles
     * @param norms (2) double
     */
    void powerIteration(Place place, long v, long own, long norms) {
        int groups = columnGroups(place.rows());
        int each = (int) Blocks.ceil(place.rows(), groups);
        long squares = own + (long) place.rows() * Double.BYTES;
        long parts = squares + (long) place.rows() * Double.BYTES;
        kernels.launch(
                "power_rows",
                Grid.of((int) Blocks.ceil(place.rows(), Blocks.ROWS_EACH), Blocks.THREADS),
                place.address(),
                v,
                own,
                squares,
                place.rows(),
                place.columns());
        kernels.launch(
                "power_columns",
                Grid.of((int) Blocks.ceil(place.columns(), 64), 64).rows(groups),
                place.address(),
                own,
                parts,
                place.rows(),
                place.columns(),
                each);
        kernels.launch(
                "power_finish",
                Grid.of(1, Blocks.THREADS),
                own,
                squares,
                parts,
                v,
                norms,
                place.rows(),
                place.columns(),
                groups);
    }

    /** What observers see of Adam, of all parameters at once. */
    record AdamRatio(int kind, float threshold) {}

    /** @param tails 0, or two longs for each parameter, zero at first */
    void adamRatio(
            OptimizerKernels.Arrays p,
            long chunks,
            int count,
            OptimizerKernels.Control control,
            AdamRatio ratio,
            long partials,
            long tails) {
        kernels.launch(
                "adam_ratio",
                Grid.of(count, Blocks.THREADS),
                p.gradients(),
                p.firsts(),
                p.seconds(),
                chunks,
                control.orders(),
                control.decision(),
                ratio.kind(),
                ratio.threshold(),
                partials,
                tails);
    }

    private static String named(String kernel, Place place) {
        return place.isFloat() ? kernel + "_floats" : kernel;
    }

    /** @param orders 0, or where the loss scale is that the rows are divided by */
    void mergeSummaries(long spans, int rows, long orders, long out) {
        kernels.launch("merge_summaries", Grid.of(rows, Blocks.THREADS), spans, orders, out);
    }

    /** @param counts 257 integers for each parameter, zero at first */
    void gradientExponents(long gradients, long chunks, int count, long orders, int stride, long counts) {
        kernels.launch("gradient_exponents", Grid.of(count, Blocks.THREADS), gradients, chunks, orders, stride, counts);
    }
}
