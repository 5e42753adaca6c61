package observatory.analysis.spectrum;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import observatory.analysis.spectrum.file.Element;
import observatory.analysis.spectrum.file.Tensor;

/** The golden matrices of the reference, which need no library to make: SplitMix64 and Box–Muller, row-major. */
final class Matrices {
    private Matrices() {}

    static final class SplitMix {
        private long state;

        SplitMix(long seed) {
            state = seed;
        }

        long next() {
            state += 0x9E3779B97F4A7C15L;
            long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            return z ^ (z >>> 31);
        }

        double closed() {
            return (next() >>> 11) * 0x1p-53;
        }

        double open() {
            return ((next() >>> 11) + 0.5) * 0x1p-53;
        }

        double[] gauss(int count, double scale) {
            double[] values = new double[count];
            for (int i = 0; i < count; i += 2) {
                double r = Math.sqrt(-2 * Math.log(open()));
                double t = 2 * Math.PI * closed();
                values[i] = scale * r * Math.cos(t);
                if (i + 1 < count) {
                    values[i + 1] = scale * r * Math.sin(t);
                }
            }
            return values;
        }
    }

    static double[] a() {
        return new SplitMix(1).gauss(300 * 100, 1 / Math.sqrt(300));
    }

    static double[] b() {
        double[] values = a();
        for (int i = 0; i < values.length; i++) {
            values[i] += 3 / Math.sqrt(300) / 10;
        }
        return values;
    }

    static double[] c() {
        SplitMix random = new SplitMix(7);
        double[] values = new double[300 * 100];
        for (int i = 0; i < values.length; i++) {
            double size = 1 / Math.sqrt(random.open()) / 300;
            values[i] = random.closed() < 0.5 ? size : -size;
        }
        return values;
    }

    static double[] d() {
        return new SplitMix(5).gauss(64 * 64, 0.1);
    }

    /** (32, 16, 3, 3). */
    static double[] e() {
        double[] values = new double[32 * 16 * 9];
        for (int position = 0; position < 9; position++) {
            double[] slice = new SplitMix(100 + position).gauss(32 * 16, 0.05);
            for (int i = 0; i < slice.length; i++) {
                values[i * 9 + position] = slice[i];
            }
        }
        return values;
    }

    static double[] f() {
        return new SplitMix(9).gauss(40 * 20, 1e-4);
    }

    static Layer layer(double[] values, long... shape) {
        return switch (Layer.of(tensor(values, shape))) {
            case Layer.Choice.Taken(Layer layer) -> layer;
            case Layer.Choice.Skipped skipped -> throw new IllegalArgumentException(skipped.reason());
        };
    }

    static Tensor tensor(double[] values, long... shape) {
        List<Long> extents = Arrays.stream(shape).boxed().toList();
        return new Tensor("w", extents, Element.F64, Tensor.Layout.PLAIN, MemorySegment.ofArray(values));
    }

    static LayerSpectrum spectrum(double[] values, long... shape) {
        Layer layer = layer(values, shape);
        return LayerSpectrum.of(layer, Spectra.of(layer, 2048));
    }
}
