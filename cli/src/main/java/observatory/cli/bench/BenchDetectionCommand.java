package observatory.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Setting;
import observatory.analysis.detector.Settings;
import observatory.analysis.rules.DetectionBench;
import observatory.analysis.rules.DetectionPage;
import observatory.analysis.rules.Labels;
import observatory.analysis.rules.Perturbation;
import observatory.analysis.rules.Robustness;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.ReadingProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Our detectors and every published rule on labelled logs of real runs. */
@Command(
        name = "detection",
        mixinStandardHelpOptions = true,
        description = "Score the detectors and every published rule on labelled logs, as a page of Markdown.")
final class BenchDetectionCommand implements Callable<Integer> {
    private static final double LOWER = 0.8;
    private static final double HIGHER = 1.25;

    @ParentCommand
    private BenchCommand parent;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "../shared/data",
            description = "Logs with a labels.json (${DEFAULT-VALUE}).")
    private Path data;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the page here, such as docs/detection.md.")
    private Path out;

    @Option(
            names = "--sensitivity",
            description =
                    "Score also with each threshold of the loss at 0.8 and 1.25 times its default, on logs that are"
                            + " changed as other writers would, and on losses that are made; some minutes.")
    private boolean sensitivity;

    @Override
    public Integer call() {
        List<Labels.Log> labels;
        try {
            labels = Labels.read(data.resolve("labels.json"));
        } catch (NoSuchFileException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "there are no labelled logs in " + data + " (no labels.json); name their folder with --data",
                    e);
        } catch (IOException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, data + "/labels.json cannot be read: " + e.getMessage(), e);
        }
        DetectionBench bench = new DetectionBench(data, labels);
        List<DetectionBench.Result> results =
                bench.run(new ReadingProgress(parent.console(), "labelled logs", System::nanoTime));
        List<DetectionBench.Result> varied = sensitivity ? varied(bench) : List.of();
        List<DetectionBench.Result> perturbed = sensitivity
                ? Arrays.stream(Perturbation.values()).map(bench::run).toList()
                : List.of();
        List<Robustness.Clean> clean = sensitivity ? Robustness.clean() : List.of();
        List<Robustness.Found> found = sensitivity ? Robustness.found() : List.of();
        String page = DetectionPage.of(labels, results, varied, perturbed, clean, found, Detectors.settings());
        if (out == null) {
            parent.console().result(page);
            return ExitCode.OK;
        }
        try {
            Files.writeString(out, page + "\n");
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, "cannot write " + out + ": " + e.getMessage(), e);
        }
        parent.console().say("written: " + out);
        return ExitCode.OK;
    }

    private static List<DetectionBench.Result> varied(DetectionBench bench) {
        List<DetectionBench.Result> results = new ArrayList<>();
        for (Setting setting : Detectors.settings()) {
            if (setting.name().startsWith("loss_spike.") || setting.name().startsWith("joint_spike.")) {
                for (double factor : new double[] {LOWER, HIGHER}) {
                    double value = Math.clamp(
                            factor * setting.preset(),
                            setting.range().low(),
                            setting.range().high());
                    Settings changed = Settings.of(Map.of(setting.name(), value), Detectors.settings());
                    results.add(bench.run("%s × %s".formatted(setting.name(), factor), changed));
                }
            }
        }
        return results;
    }
}
