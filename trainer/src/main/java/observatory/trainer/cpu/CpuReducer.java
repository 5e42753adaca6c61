package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import observatory.probe.Norms;
import observatory.probe.ReducerAtOnce;
import observatory.probe.Reduction;
import observatory.probe.SpectralNorm;
import observatory.probe.host.HostReduction;
import observatory.probe.host.HostReductions;
import observatory.probe.host.SpectrumQueue;
import observatory.probe.host.WarmVectors;
import observatory.trainer.LapackSpectrum;

/**
 * Reduces tensors at once, on the training thread, where they lie. What is due in every step goes through vector loops;
 * what is rare goes in pieces that fit a core's cache through the plain reductions of the host.
 */
public final class CpuReducer extends ReducerAtOnce<Tensor> {
    private static final int PIECE = 8192;

    private final SpectrumQueue spectra = LapackSpectrum.queue();
    /** By addresses: a weight stays where it is as long as the model. */
    private final WarmVectors warm = new WarmVectors(new HashMap<>());

    private float[] piece = new float[0];

    @Override
    protected Object reduce(Reduction<?> reduction, Tensor tensor, Tensor other) {
        return switch (reduction) {
            case Reduction.ToMoments _ -> TensorMoments.of(tensor);
            case Reduction.ToBroken _ -> TensorBroken.of(tensor);
            case Reduction.ToSquares squares ->
                tensor.measured(squares)
                        .orElseGet(() -> TensorMoments.of(tensor).squares());
            case Reduction.ToNorms norms ->
                tensor.measured(norms)
                        .orElseGet(() -> new Norms(
                                TensorMoments.of(tensor).norm(),
                                TensorMoments.of(other).norm()));
            case Reduction.ToShape _ -> TensorShape.of(tensor);
            case Reduction.ToRows _ -> TensorRows.of(tensor);
            case Reduction.ToExponents exponents -> TensorExponents.of(tensor, exponents.stride());
            case Reduction.ToTail tail -> TensorTail.of(tensor, tail.threshold());
            case Reduction.ToColumns columns ->
                TensorColumns.of(tensor)
                        .<Object>map(sums -> sums)
                        .orElseGet(() -> overRows(HostReductions.begin(columns), tensor));
            case Reduction.OfRows<?> rows -> overRows(HostReductions.begin(rows), tensor);
            case Reduction.ToSpectrum _ ->
                spectra.offer(SpectrumQueue.Weight.onHost(
                        tensor.data().address(), tensor.rows(), tensor.columns(), tensor::toArray));
            case Reduction.ToSpectralNorm power -> spectralNorm(tensor, power.iterations());
        };
    }

    private <R> R overRows(HostReduction<R> reduction, Tensor tensor) {
        int columns = tensor.columns();
        int rowsEach = Math.max(1, PIECE / columns);
        if (piece.length < rowsEach * columns) {
            piece = new float[rowsEach * columns];
        }
        for (int row = 0; row < tensor.rows(); row += rowsEach) {
            int rows = Math.min(rowsEach, tensor.rows() - row);
            MemorySegment.copy(tensor.data(), JAVA_FLOAT, (long) row * columns * Float.BYTES, piece, 0, rows * columns);
            reduction.rows(piece, 0, rows, columns);
        }
        return reduction.result();
    }

    private SpectralNorm spectralNorm(Tensor tensor, int iterations) {
        return warm.norm(
                tensor.data().address(), tensor.columns(), iterations, iteration -> overRows(iteration, tensor));
    }
}
