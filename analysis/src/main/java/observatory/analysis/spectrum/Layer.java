package observatory.analysis.spectrum;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import observatory.analysis.spectrum.Weight.Extent;
import observatory.analysis.spectrum.file.Tensor;

/**
 * A weight as WeightWatcher 0.7.5 sees it: a dense matrix as it is; a convolution as one matrix for each kernel
 * position, scaled by √½, whose eigenvalues are pooled.
 *
 * @param n the larger of the two channel extents
 * @param m the smaller of them
 */
public record Layer(String name, int n, int m, List<Weight> weights) {
    /** Fewer eigenvalues than this say nothing about a distribution. */
    private static final int FEWEST = 10;

    /** A tensor as a layer, or why it is none. */
    public sealed interface Choice {
        record Taken(Layer layer) implements Choice {}

        record Skipped(String name, String reason) implements Choice {}
    }

    public static Choice of(Tensor tensor) {
        List<Long> shape = tensor.shape();
        if (shape.stream().anyMatch(extent -> extent > Integer.MAX_VALUE)) {
            return new Choice.Skipped(tensor.name(), "an extent beyond 2³¹");
        }
        return switch (shape.size()) {
            case 2 -> enough(tensor, List.of(Weight.of(tensor, 0, extent(tensor, 0), extent(tensor, 1), 1)));
            case 4 -> enough(tensor, convolution(tensor));
            default ->
                new Choice.Skipped(tensor.name(), shape.size() + " dimensions: no dense or 2-D convolution weight");
        };
    }

    /** How many eigenvalues there are in all. */
    public int count() {
        return m * weights.size();
    }

    private static Choice enough(Tensor tensor, List<Weight> weights) {
        if (weights.isEmpty() || weights.getFirst().columns().count() * (long) weights.size() < FEWEST) {
            return new Choice.Skipped(tensor.name(), "fewer than " + FEWEST + " eigenvalues: shape " + tensor.shape());
        }
        Weight first = weights.getFirst();
        return new Choice.Taken(
                new Layer(tensor.name(), first.rows().count(), first.columns().count(), weights));
    }

    /** The kernel stands in the last two dimensions where the format says so or the first two are no smaller. */
    private static List<Weight> convolution(Tensor tensor) {
        List<Long> s = tensor.shape();
        boolean last = tensor.layout().kernelLast() || s.get(0) + s.get(1) >= s.get(2) + s.get(3);
        int kernel = last ? 2 : 0;
        int channels = last ? 0 : 2;
        List<Weight> weights = new ArrayList<>();
        IntStream.range(0, s.get(kernel).intValue())
                .forEach(i -> IntStream.range(0, s.get(kernel + 1).intValue()).forEach(j -> {
                    long first = i * tensor.stride(kernel) + j * tensor.stride(kernel + 1);
                    weights.add(Weight.of(
                            tensor, first, extent(tensor, channels), extent(tensor, channels + 1), Math.sqrt(0.5)));
                }));
        return weights;
    }

    private static Extent extent(Tensor tensor, int dimension) {
        return new Extent(tensor.shape().get(dimension).intValue(), tensor.stride(dimension));
    }
}
