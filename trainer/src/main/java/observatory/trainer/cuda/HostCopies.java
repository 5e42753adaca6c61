package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.function.Consumer;
import observatory.probe.Moments;
import observatory.probe.Norms;
import observatory.probe.Reduction;
import observatory.probe.SpectralNorm;
import observatory.probe.host.HostReduction;
import observatory.probe.host.HostReductions;
import observatory.probe.host.SpectrumQueue;
import observatory.probe.host.WarmVectors;
import observatory.trainer.LapackSpectrum;
import observatory.trainer.cuda.CudaTensor.Place;

/** Reduces tensors of the device on the host, piece by piece: slow, and right for every reduction there is. */
final class HostCopies {
    private static final int PIECE_BYTES = 8 << 20;

    private final Device device;
    private final MemorySegment pinned;
    private final SpectrumQueue spectra = LapackSpectrum.queue();
    /** By addresses. */
    private final WarmVectors warm = new WarmVectors(new HashMap<>());

    private float[] piece = new float[0];

    HostCopies(Device device) {
        this.device = device;
        this.pinned = device.pinned(PIECE_BYTES);
    }

    Object reduce(Reduction<?> reduction, CudaTensor tensor, CudaTensor other) {
        return switch (reduction) {
            case Reduction.OfRows<?> rows -> overRows(HostReductions.begin(rows), tensor.place());
            case Reduction.ToNorms _ -> new Norms(norm(tensor.place()), norm(other.place()));
            case Reduction.ToSpectrum _ -> spectra.offer(weight(tensor.place()));
            case Reduction.ToSpectralNorm power -> spectralNorm(tensor.place(), power.iterations());
        };
    }

    /** Weights are float in every format; the copy that the worker fetches is made on the device, behind the step. */
    private SpectrumQueue.Weight weight(Place place) {
        if (!place.isFloat()) {
            return SpectrumQueue.Weight.onHost(place.address(), place.rows(), place.columns(), () -> floats(place));
        }
        return new SpectrumQueue.Weight(place.address(), place.rows(), place.columns(), () -> {
            Consumer<Device.Piece> copied = device.snapshot(place.address(), place.elements() * Float.BYTES);
            return () -> {
                float[] all = new float[Math.toIntExact(place.elements())];
                copied.accept((offset, bytes) -> MemorySegment.copy(
                        bytes,
                        JAVA_FLOAT,
                        0,
                        all,
                        Math.toIntExact(offset / Float.BYTES),
                        Math.toIntExact(bytes.byteSize() / Float.BYTES)));
                return all;
            };
        });
    }

    private float[] floats(Place place) {
        float[] all = new float[Math.toIntExact(place.elements())];
        inPieces(place, (row, rows) -> System.arraycopy(piece, 0, all, row * place.columns(), rows * place.columns()));
        return all;
    }

    private double norm(Place place) {
        return ((Moments) overRows(HostReductions.begin(new Reduction.ToMoments()), place)).norm();
    }

    private SpectralNorm spectralNorm(Place place, int iterations) {
        return warm.norm(place.address(), place.columns(), iterations, iteration -> overRows(iteration, place));
    }

    private <R> R overRows(HostReduction<R> reduction, Place place) {
        inPieces(place, (row, rows) -> reduction.rows(piece, 0, rows, place.columns()));
        return reduction.result();
    }

    /** Rows that are now the first of the piece. */
    private interface Piece {
        void take(int row, int rows);
    }

    private void inPieces(Place place, Piece each) {
        long rowBytes = (long) place.columns() * place.element().bytes();
        int rowsEach = Math.clamp(PIECE_BYTES / rowBytes, 1, place.rows());
        for (int row = 0; row < place.rows(); row += rowsEach) {
            int rows = Math.min(rowsEach, place.rows() - row);
            MemorySegment part = pinned.asSlice(0, rows * rowBytes);
            device.toHost(part, place.address() + row * rowBytes);
            device.await();
            widen(part, rows * place.columns(), place.element());
            each.take(row, rows);
        }
    }

    private void widen(MemorySegment from, int count, Elements element) {
        if (piece.length < count) {
            piece = new float[count];
        }
        switch (element.name()) {
            case "f32" -> MemorySegment.copy(from, JAVA_FLOAT, 0, piece, 0, count);
            case "bf16" -> {
                for (int i = 0; i < count; i++) {
                    piece[i] = Float.intBitsToFloat(from.getAtIndex(JAVA_SHORT, i) << 16);
                }
            }
            case "f16" -> {
                for (int i = 0; i < count; i++) {
                    piece[i] = Float.float16ToFloat(from.getAtIndex(JAVA_SHORT, i));
                }
            }
            default -> throw new IllegalStateException("unknown format " + element);
        }
    }
}
