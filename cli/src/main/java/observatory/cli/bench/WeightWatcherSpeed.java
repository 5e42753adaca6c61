package observatory.cli.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import observatory.analysis.spectrum.SpectrumBench.Timing;
import observatory.trainer.TimedProcess;

/** WeightWatcher's path over the same matrices, by a script in a Python that has NumPy and SciPy. */
final class WeightWatcherSpeed {
    private static final String SCRIPT = "weightwatcher_path.py";
    /** A Python that takes longer is taken for one that comes to no end. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private WeightWatcherSpeed() {}

    /** A timing for each file; none where there is no such Python. What it writes stands beside the files. */
    static List<Timing> measure(List<Path> files, int repetitions) throws IOException, InterruptedException {
        Path script = files.getFirst().resolveSibling(SCRIPT);
        Path answers = script.resolveSibling("answers.txt");
        try (InputStream in = WeightWatcherSpeed.class.getResourceAsStream(SCRIPT)) {
            Files.copy(in, script);
        }
        List<String> command = Stream.concat(
                        Stream.of("python3", script.toString(), Integer.toString(repetitions)),
                        files.stream().map(Path::toString))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(answers.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        for (String threads : List.of("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")) {
            builder.environment().put(threads, "1");
        }
        OptionalInt status;
        try {
            status = TimedProcess.run(builder, PATIENCE);
        } catch (IOException e) {
            return List.of(); // no Python on this machine
        }
        return status.equals(OptionalInt.of(0))
                ? Files.readAllLines(answers).stream()
                        .map(WeightWatcherSpeed::timing)
                        .toList()
                : List.of(); // no NumPy or SciPy, or one that comes to no end
    }

    private static Timing timing(String line) {
        String[] parts = line.split(" ");
        return new Timing(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
    }
}
