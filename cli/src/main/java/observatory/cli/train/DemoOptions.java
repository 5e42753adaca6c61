package observatory.cli.train;

import java.nio.file.Path;
import observatory.cli.ControlOptions;
import observatory.cli.Words;
import observatory.probe.Pack;
import observatory.trainer.Backend;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be said to {@code demo}, with the defaults of a run that takes half a minute on two cores. */
final class DemoOptions {
    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "400",
            description = "Training steps (${DEFAULT-VALUE}).")
    int steps;

    @Option(
            names = "--fault",
            paramLabel = "KIND@STEP",
            description =
                    "What to break, and when, or none for a healthy run; bad-batch after five eighths of the steps unless"
                            + " you say otherwise. Kinds: bad-batch, lr-surge, fp16-overflow, nan, and those of docs/trainer.md.")
    String fault;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of weights and batches (${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--corpus",
            paramLabel = "PATH",
            description = "A file or folder of text to train on; the program's own source unless given.")
    Path corpus;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where broker, spool, spike logs and reports live (~/.local/state/observatory).")
    Path dataDir;

    @Option(names = "--headless", description = "No window, even where there is a display.")
    boolean headless;

    @Option(names = "--no-replay", description = "Leave out the replay of the worst incident at the end.")
    boolean noReplay;

    @Option(names = "--json", description = "One JSON document on standard output at the end.")
    boolean json;

    @Option(names = "--quiet", description = "No progress.")
    boolean quiet;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "0",
            description = "Port of the broker; any free one unless given.")
    int port;

    @Option(
            names = "--probes",
            paramLabel = "PACK",
            defaultValue = "continuous",
            completionCandidates = Words.Packs.class,
            description = "How closely to look: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    Pack probes;

    @Mixin
    ControlOptions control;

    @Option(
            names = "--precision",
            paramLabel = "FORMAT",
            completionCandidates = Words.Precisions.class,
            description = "fp32, bf16 or fp16; fp32 unless the fault is one of fp16.")
    Precision precision;

    @Option(names = "--layers", paramLabel = "N", defaultValue = "4", description = "Layers (${DEFAULT-VALUE}).")
    int layers;

    @Option(
            names = "--heads",
            paramLabel = "N",
            defaultValue = "4",
            description = "Attention heads (${DEFAULT-VALUE}).")
    int heads;

    @Option(
            names = "--width",
            paramLabel = "N",
            defaultValue = "128",
            description = "Width of the model (${DEFAULT-VALUE}).")
    int width;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "128",
            description = "Bytes of a sequence (${DEFAULT-VALUE}).")
    int context;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "Sequences of a step (${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            defaultValue = "layernorm",
            completionCandidates = Words.Norms.class,
            description = "layernorm or rmsnorm (${DEFAULT-VALUE}).")
    ModelSpec.Norm norm;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            defaultValue = "0.002",
            description = "Peak learning rate (${DEFAULT-VALUE}).")
    double learningRate;

    @Option(
            names = "--backend",
            paramLabel = "B",
            defaultValue = "auto",
            completionCandidates = Words.Backends.class,
            description = "auto, cpu or cuda; auto is cuda where a usable driver and device are found.")
    Backend backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads of the trainer; as many as there are cores unless given. Does not change the result.")
    Integer threads;
}
