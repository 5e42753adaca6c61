package observatory.probe;

import java.util.WeakHashMap;
import observatory.probe.host.HostReductions;
import observatory.probe.host.SpectrumQueue;
import observatory.probe.host.WarmVectors;

/**
 * The plain reducer over arrays on the host, in double: all that a trainer written against this module needs. Whole
 * spectra are computed on a thread of low priority. Warm vectors of power iterations are kept for as long as their
 * tensor's array is.
 */
public final class HostReducer extends ReducerAtOnce<HostTensor> {
    private final WarmVectors warm = new WarmVectors(new WeakHashMap<>());
    private final SpectrumQueue spectra = SpectrumQueue.plain();

    @Override
    public Object reduce(Reduction<?> reduction, HostTensor tensor, HostTensor other) {
        return switch (reduction) {
            case Reduction.ToNorms _ -> new Norms(norm(tensor), norm(other));
            case Reduction.ToSpectralNorm power -> spectralNorm(tensor, power.iterations());
            case Reduction.ToSpectrum _ ->
                spectra.offer(SpectrumQueue.Weight.onHost(
                        tensor.data(), tensor.rows(), tensor.columns(), tensor.data()::clone));
            case Reduction.OfRows<?> rows -> HostReductions.whole(rows, tensor);
        };
    }

    private static double norm(HostTensor tensor) {
        return ((Moments) HostReductions.whole(new Reduction.ToMoments(), tensor)).norm();
    }

    private SpectralNorm spectralNorm(HostTensor tensor, int iterations) {
        return warm.norm(tensor.data(), tensor.columns(), iterations, iteration -> {
            iteration.rows(tensor.data(), 0, tensor.rows(), tensor.columns());
            return iteration.result();
        });
    }
}
