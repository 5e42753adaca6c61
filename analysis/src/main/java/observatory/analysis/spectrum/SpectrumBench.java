package observatory.analysis.spectrum;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import observatory.analysis.spectrum.file.WeightFile;

/**
 * Times whole spectra with their fits, one thread each, and another program's on the same files. Medians, because other
 * programs run on the machine too.
 */
public final class SpectrumBench {
    private static final long SEED = 3;

    private final Path folder;
    private final LongSupplier nanos;
    private final int repetitions;

    public SpectrumBench(Path folder, LongSupplier nanos, int repetitions) {
        this.folder = folder;
        this.nanos = nanos;
        this.repetitions = repetitions;
    }

    /** The extents of a matrix. */
    public record Size(int rows, int columns) {}

    /** What a path took, and what it found. */
    public record Timing(double seconds, double alpha) {}

    /** One matrix; theirs is empty where the other program is not on this machine. */
    public record Row(Size size, Timing ours, Optional<Timing> theirs) {}

    /** Another program over the same files: a timing for each, or none where it is not on this machine. */
    public interface Other {
        List<Timing> measure(List<Path> files, int repetitions) throws IOException, InterruptedException;
    }

    public List<Row> run(List<Size> sizes, Other other) throws IOException, InterruptedException {
        List<Path> files = new ArrayList<>();
        for (Size size : sizes) {
            files.add(write(size));
        }
        List<Timing> ours = new ArrayList<>();
        for (Path file : files) {
            ours.add(time(file));
        }
        List<Timing> theirs = other.measure(files, repetitions);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            rows.add(new Row(
                    sizes.get(i), ours.get(i), i < theirs.size() ? Optional.of(theirs.get(i)) : Optional.empty()));
        }
        return rows;
    }

    /** Heavy-tailed entries, as trained weights have, in single precision. */
    private Path write(Size size) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        String header =
                "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(size.rows, size.columns);
        String padded = header + " ".repeat(64 - (10 + header.length() + 1) % 64) + "\n";
        int count = size.rows * size.columns;
        ByteBuffer bytes = ByteBuffer.allocate(10 + padded.length() + count * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) padded.length())
                .put(padded.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < count; i++) {
            bytes.putFloat((float) (0.02 * random.nextGaussian() / Math.cbrt(random.nextDouble() + 1e-9)));
        }
        return Files.write(folder.resolve(size.rows + "x" + size.columns + ".npy"), bytes.array());
    }

    private Timing time(Path file) {
        double[] seconds = new double[repetitions];
        double alpha = 0;
        for (int i = -1; i < repetitions; i++) { // once more before it counts: libraries load, loops compile
            long began = nanos.getAsLong();
            try (WeightFile weights = WeightFile.open(file)) {
                Layer layer = ((Layer.Choice.Taken) Layer.of(weights.tensors().getFirst())).layer();
                double[] values = Spectra.of(layer, Integer.MAX_VALUE).values();
                alpha = PowerLaw.fit(values, 1e-5, PowerLaw.Upper.OPEN)
                        .map(PowerLaw::alpha)
                        .orElse(-1.0);
            }
            if (i >= 0) {
                seconds[i] = (nanos.getAsLong() - began) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return new Timing(seconds[repetitions / 2], alpha);
    }
}
