package observatory.analysis.spectrum;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import observatory.analysis.spectrum.file.WeightFile;

/**
 * Times whole spectra with their fits, one thread each: ours, and where Python has NumPy and SciPy, the path of
 * WeightWatcher on the same files. Medians, because other programs run on the machine too.
 */
public final class SpectrumBench {
    private static final long SEED = 3;
    private static final String SCRIPT = "weightwatcher_path.py";
    /** A Python that takes longer is taken for one that comes to no end. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

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

    /** One matrix; the other path is empty where there is no Python with SciPy. */
    public record Row(Size size, Timing ours, Optional<Timing> weightWatcher) {}

    public List<Row> run(List<Size> sizes) throws IOException, InterruptedException {
        List<Path> files = new ArrayList<>();
        for (Size size : sizes) {
            files.add(write(size));
        }
        List<Timing> ours = new ArrayList<>();
        for (Path file : files) {
            ours.add(time(file));
        }
        List<Timing> theirs = python(files);
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

    private List<Timing> python(List<Path> files) throws IOException, InterruptedException {
        Path script = folder.resolve(SCRIPT);
        try (InputStream in = SpectrumBench.class.getResourceAsStream(SCRIPT)) {
            Files.copy(in, script);
        }
        List<String> command = Stream.concat(
                        Stream.of("python3", script.toString(), Integer.toString(repetitions)),
                        files.stream().map(Path::toString))
                .toList();
        Path answers = folder.resolve("answers.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(answers.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        for (String threads : List.of("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")) {
            builder.environment().put(threads, "1");
        }
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return List.of(); // no Python on this machine
        }
        try {
            boolean ended = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return ended && process.exitValue() == 0
                    ? Files.readAllLines(answers).stream()
                            .map(SpectrumBench::timing)
                            .toList()
                    : List.of(); // no NumPy or SciPy, or one that comes to no end
        } finally {
            process.destroyForcibly();
        }
    }

    private static Timing timing(String line) {
        String[] parts = line.split(" ");
        return new Timing(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
    }
}
