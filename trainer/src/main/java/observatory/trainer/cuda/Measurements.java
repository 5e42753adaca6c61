package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import observatory.probe.ColumnSums;
import observatory.probe.Exponents;
import observatory.probe.Reduction;
import observatory.probe.RowNorms;
import observatory.probe.Shape;
import observatory.probe.SpectralNorm;
import observatory.probe.Tail;
import observatory.probe.host.HostPowerIteration;
import observatory.trainer.cuda.CudaTensor.Place;

/**
 * The reductions that take a read of their own: each enqueues its kernels, and tells how to read the answer from what
 * the step brings home. Layouts are those of statistics.cu and spectral.cu.
 */
final class Measurements {
    /** Integers that an exponent histogram takes: bins, zeros, not finite. */
    static final int COUNTS = 257;

    private static final int SHAPE_BYTES = 48;
    private static final int ROW_NORM_BYTES = 32;

    private final Device device;
    private final Operations operations;
    /** Warm vectors of power iterations on the device: each is as long as the tensor has columns. */
    private final Map<Wide, Long> warm = new HashMap<>();

    /** Where a tensor lies, and its columns; others of another width may lie there too. */
    private record Wide(long address, int columns) {}

    Measurements(Device device, Operations operations) {
        this.device = device;
        this.operations = operations;
    }

    /** Whether there are kernels for a reduction. */
    static boolean known(Reduction<?> reduction) {
        return switch (reduction) {
            case Reduction.ToSpectrum _ -> false;
            case Reduction.OfRows<?> _, Reduction.ToNorms _, Reduction.ToSpectralNorm _ -> true;
        };
    }

    /**
     * What a measurement may use: results that come home, memory of its own for as long as the program, and what the
     * tensor is to be multiplied by.
     */
    record Room(Results results, LongUnaryOperator own, Scale scale) {}

    /** Values are multiplied by {@code times} and divided by the loss scale that is at {@code orders}, where not 0. */
    record Scale(long orders, float times) {
        static final Scale NONE = new Scale(0, 1);
    }

    /** Enqueues a reduction; null where it is one that a summary answers. */
    Function<MemorySegment, Object> enqueue(Reduction<?> reduction, Place place, Room room) {
        return switch (reduction) {
            case Reduction.ToExponents exponents -> exponents(exponents.stride(), place, room);
            case Reduction.ToTail tail -> tail(tail.threshold(), place, room);
            case Reduction.ToShape _ -> shape(place, room);
            case Reduction.ToRows _ -> rows(place, room);
            case Reduction.ToColumns _ -> columns(place, room);
            case Reduction.ToSpectralNorm power -> spectralNorm(power.iterations(), place, room);
            case Reduction.ToMoments _,
                    Reduction.ToBroken _,
                    Reduction.ToSquares _,
                    Reduction.ToRange _,
                    Reduction.ToNorms _,
                    Reduction.ToSpectrum _ -> null;
        };
    }

    private Function<MemorySegment, Object> exponents(int stride, Place place, Room room) {
        long bytes = (long) COUNTS * Integer.BYTES;
        long at = room.results().take(bytes);
        operations.reductions().exponents(place, stride, room.results().address() + at);
        return home -> exponents(home, at);
    }

    /** The counts that kernels keep of exponents. */
    static Exponents exponents(MemorySegment home, long at) {
        long[] bins = new long[Exponents.BINS];
        for (int bin = 0; bin < bins.length; bin++) {
            bins[bin] = count(home, at, bin);
        }
        return new Exponents(count(home, at, Exponents.BINS), count(home, at, Exponents.BINS + 1), bins);
    }

    private static long count(MemorySegment home, long at, int bin) {
        return Integer.toUnsignedLong(home.get(JAVA_INT, at + (long) bin * Integer.BYTES));
    }

    private Function<MemorySegment, Object> tail(float threshold, Place place, Room room) {
        long at = room.results().take(2 * Long.BYTES);
        operations.reductions().tail(place, threshold, room.results().address() + at);
        return home -> tail(home, at);
    }

    /** The two counts that kernels keep of a tail. */
    static Tail tail(MemorySegment home, long at) {
        return new Tail(home.get(JAVA_LONG, at), home.get(JAVA_LONG, at + 8));
    }

    private Function<MemorySegment, Object> shape(Place place, Room room) {
        long partials = room.own().applyAsLong((long) operations.blocks().forElements(place.elements()) * SHAPE_BYTES);
        long at = room.results().take(SHAPE_BYTES);
        operations.reductions().shape(place, partials, room.results().address() + at);
        return home -> new Shape(
                home.get(JAVA_LONG, at + 32),
                home.get(JAVA_LONG, at + 40),
                home.get(JAVA_DOUBLE, at),
                home.get(JAVA_DOUBLE, at + 8),
                home.get(JAVA_DOUBLE, at + 16),
                home.get(JAVA_DOUBLE, at + 24));
    }

    private Function<MemorySegment, Object> rows(Place place, Room room) {
        long partials = room.own().applyAsLong((long) operations.blocks().forRows(place.rows()) * ROW_NORM_BYTES);
        long at = room.results().take(ROW_NORM_BYTES);
        operations.reductions().rowNorms(place, partials, room.results().address() + at);
        return home -> new RowNorms(
                home.get(JAVA_LONG, at + 16),
                place.columns(),
                home.get(JAVA_DOUBLE, at),
                home.get(JAVA_DOUBLE, at + 8),
                home.get(JAVA_LONG, at + 24));
    }

    private Function<MemorySegment, Object> columns(Place place, Room room) {
        long row = (long) place.columns() * Double.BYTES;
        long parts = room.own().applyAsLong(3 * row * Reductions.columnGroups(place.rows()));
        long at = room.results().take(3 * row);
        operations
                .reductions()
                .columns(place, parts, room.scale(), room.results().address() + at);
        return home -> new ColumnSums(
                place.rows(),
                doubles(home, at, place),
                doubles(home, at + row, place),
                doubles(home, at + 2 * row, place));
    }

    private static double[] doubles(MemorySegment home, long at, Place place) {
        return home.asSlice(at, (long) place.columns() * Double.BYTES).toArray(JAVA_DOUBLE);
    }

    private Function<MemorySegment, Object> spectralNorm(int iterations, Place place, Room room) {
        long v = warm.computeIfAbsent(new Wide(place.address(), place.columns()), wide -> start(wide.columns));
        int groups = Reductions.columnGroups(place.rows());
        long own = room.own().applyAsLong((2L * place.rows() + (long) groups * place.columns()) * Double.BYTES);
        long at = room.results().take(2 * Double.BYTES);
        for (int i = 0; i < iterations; i++) {
            operations.reductions().powerIteration(place, v, own, room.results().address() + at);
        }
        return home -> new SpectralNorm(Math.sqrt(home.get(JAVA_DOUBLE, at)), Math.sqrt(home.get(JAVA_DOUBLE, at + 8)));
    }

    /** Not enqueued, but done at once: a program that is being recorded would begin anew each time. */
    private long start(int columns) {
        long address = device.allocate((long) columns * Double.BYTES);
        try (Arena arena = Arena.ofConfined()) {
            device.toDeviceNow(address, arena.allocateFrom(JAVA_DOUBLE, HostPowerIteration.start(columns)));
        }
        return address;
    }
}
