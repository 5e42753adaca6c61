package observatory.cli.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import observatory.cli.ControlOptions;
import observatory.cli.Words;
import observatory.probe.Pack;
import observatory.trainer.Backend;
import observatory.trainer.LossScaling;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Schedule;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be said to {@code train}, by flags or under the same names in a file. */
final class TrainOptions {
    @Option(
            names = "--spec",
            paramLabel = "FILE",
            description = "YAML or JSON with any of these options by name, such as `layers: 6`; flags win.")
    Path spec;

    @ArgGroup(validate = false, heading = "%nModel:%n")
    Model model = new Model();

    @ArgGroup(validate = false, heading = "%nTraining:%n")
    Loop loop = new Loop();

    @ArgGroup(validate = false, heading = "%nData:%n")
    Data data = new Data();

    @ArgGroup(validate = false, heading = "%nRun:%n")
    Run run = new Run();

    @Mixin
    ControlOptions control;

    static final class Model {
        @Option(names = "--layers", paramLabel = "N", defaultValue = "4", description = "Layers (${DEFAULT-VALUE}).")
        int layers;

        @Option(names = "--heads", paramLabel = "N", defaultValue = "4", description = "Heads (${DEFAULT-VALUE}).")
        int heads;

        @Option(names = "--width", paramLabel = "N", defaultValue = "128", description = "Width (${DEFAULT-VALUE}).")
        int width;

        @Option(
                names = "--context",
                paramLabel = "N",
                defaultValue = "128",
                description = "Tokens of a sequence (${DEFAULT-VALUE}).")
        int context;

        @Option(
                names = "--norm",
                paramLabel = "NORM",
                defaultValue = "layernorm",
                completionCandidates = Words.Norms.class,
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        ModelSpec.Norm norm;

        @Option(
                names = "--position",
                paramLabel = "KIND",
                defaultValue = "learned",
                completionCandidates = Words.Positions.class,
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        ModelSpec.Position position;

        @Option(
                names = "--activation",
                paramLabel = "KIND",
                defaultValue = "gelu",
                completionCandidates = Words.Activations.class,
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        ModelSpec.Activation activation;

        @Option(
                names = "--objective",
                paramLabel = "KIND",
                defaultValue = "causal",
                completionCandidates = Words.Objectives.class,
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        ModelSpec.Objective objective;

        @Option(
                names = "--tied",
                paramLabel = "true|false",
                arity = "0..1",
                fallbackValue = "true",
                description = "One matrix for embedding and output; two unless given.")
        boolean tied;

        @Option(
                names = "--qk-norm",
                paramLabel = "true|false",
                arity = "0..1",
                fallbackValue = "true",
                description = "Normalise queries and keys; not unless given.")
        boolean qkNorm;

        @Option(
                names = "--z-loss",
                paramLabel = "W",
                defaultValue = "0",
                description = "Weight of log²Z in the loss (${DEFAULT-VALUE}).")
        double zLoss;
    }

    static final class Loop {
        @Option(names = "--steps", paramLabel = "N", defaultValue = "400", description = "Steps (${DEFAULT-VALUE}).")
        int steps;

        @Option(
                names = "--batch",
                paramLabel = "N",
                defaultValue = "8",
                description = "Sequences of a step over all ranks (${DEFAULT-VALUE}).")
        int batch;

        @Option(
                names = "--micro-batch",
                paramLabel = "N",
                description =
                        "Sequences of one pass; gradients are accumulated over as many as it takes. Where it is less"
                                + " than --batch, the gradient noise scale is measured.")
        Integer micro;

        @Option(
                names = "--ranks",
                paramLabel = "N",
                defaultValue = "1",
                description = "Data-parallel copies, each on threads of its own (${DEFAULT-VALUE}).")
        int ranks;

        @Option(
                names = "--ramp",
                paramLabel = "START:OVER",
                description = "The batch grows from START sequences over so many steps, or tokens with a t: 2:100000t.")
        String ramp;

        @Option(
                names = "--curriculum",
                paramLabel = "START:STEPS",
                description = "Sequences grow from START tokens over so many steps.")
        String curriculum;

        @Option(
                names = "--learning-rate",
                paramLabel = "R",
                defaultValue = "0.002",
                description = "Peak (${DEFAULT-VALUE}).")
        double learningRate;

        @Option(
                names = "--warmup",
                paramLabel = "N",
                description = "Steps to the peak (30, or a quarter of a short run).")
        Integer warmup;

        @Option(
                names = "--schedule",
                paramLabel = "CURVE",
                defaultValue = "cosine",
                completionCandidates = Words.Curves.class,
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        Schedule.Curve curve;

        @Option(
                names = "--floor",
                paramLabel = "SHARE",
                defaultValue = "0.1",
                description = "Share of the peak at the end (${DEFAULT-VALUE}).")
        double floor;

        @Option(names = "--beta1", paramLabel = "B", defaultValue = "0.9", description = "Of AdamW (${DEFAULT-VALUE}).")
        float beta1;

        @Option(
                names = "--beta2",
                paramLabel = "B",
                defaultValue = "0.95",
                description = "Of AdamW (${DEFAULT-VALUE}).")
        float beta2;

        @Option(
                names = "--epsilon",
                paramLabel = "E",
                defaultValue = "1e-8",
                description = "Of AdamW (${DEFAULT-VALUE}).")
        float epsilon;

        @Option(
                names = "--weight-decay",
                paramLabel = "W",
                defaultValue = "0.1",
                description = "Of AdamW (${DEFAULT-VALUE}).")
        float weightDecay;

        @Option(
                names = "--clip",
                paramLabel = "NORM",
                defaultValue = "1",
                description = "Largest gradient norm (${DEFAULT-VALUE}).")
        double clip;

        @Option(
                names = "--precision",
                paramLabel = "FORMAT",
                completionCandidates = Words.Precisions.class,
                description = "fp32, bf16 or fp16 (fp32).")
        Precision precision;

        @Option(
                names = "--scaler",
                paramLabel = "KIND",
                defaultValue = "torch",
                completionCandidates = Words.Scalers.class,
                description = "Of the fp16 loss: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        LossScaling.Kind scaler;

        @Option(names = "--loss-scale", paramLabel = "S", description = "Where it begins (that of its kind).")
        Double lossScale;

        @Option(
                names = "--scale-window",
                paramLabel = "N",
                description = "Good steps until it grows (that of its kind).")
        Integer scaleWindow;

        @Option(
                names = "--seed",
                paramLabel = "S",
                defaultValue = "1",
                description = "Of weights and batches (${DEFAULT-VALUE}).")
        long seed;

        @Option(
                names = "--fault",
                paramLabel = "KIND@STEP",
                description = "What to break, and when; see docs/trainer.md.")
        String fault;
    }

    static final class Data {
        @Option(
                names = "--corpus",
                paramLabel = "PATH",
                description = "Text, or tokens in .u16, .bin or .u32; the program's own source unless given.")
        Path corpus;

        @Option(
                names = "--vocab",
                paramLabel = "FILE",
                description = "vocab.json of a GPT-2-style BPE; bytes unless given.")
        Path vocab;

        @Option(names = "--merges", paramLabel = "FILE", description = "Its merges.txt.")
        Path merges;

        @Option(names = "--vocabulary", paramLabel = "N", description = "Ids of token files (that of the tokenizer).")
        Integer vocabulary;

        @Option(
                names = "--mixture",
                paramLabel = "SOURCE=WEIGHT",
                split = ",",
                description = "How often a source is drawn; by size unless given. Can be repeated.")
        Map<String, Double> mixture = new TreeMap<>();

        @Option(
                names = "--validation-share",
                paramLabel = "P",
                defaultValue = "0.05",
                description = "Held back at the end of every source (${DEFAULT-VALUE}).")
        double share;

        @Option(
                names = "--validate-every",
                paramLabel = "N",
                defaultValue = "50",
                description = "Steps between validations, 0 for none (${DEFAULT-VALUE}).")
        int every;

        @Option(
                names = "--validation-sequences",
                paramLabel = "N",
                defaultValue = "8",
                description = "Of each source (${DEFAULT-VALUE}).")
        int sequences;
    }

    static final class Run {
        @Option(
                names = "--run",
                paramLabel = "NAME",
                description = "Name of the run (train-DATE-TIME-SEED; that of the run that goes on).")
        String name;

        @Option(
                names = "--probes",
                paramLabel = "PACK",
                defaultValue = "continuous",
                completionCandidates = Words.Packs.class,
                description = "How closely to look: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
        Pack probes;

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
                description = "Threads (all cores). They do not change the result.")
        Integer threads;

        @Option(
                names = "--checkpoint-every",
                paramLabel = "N",
                defaultValue = "0",
                description = "Steps between checkpoints, 0 for only when told to (${DEFAULT-VALUE}).")
        int checkpointEvery;

        @Option(
                names = "--keep",
                paramLabel = "N",
                defaultValue = "3",
                description = "Checkpoints kept (${DEFAULT-VALUE}).")
        int keep;

        @Option(
                names = "--resume",
                paramLabel = "DIR",
                description =
                        "Go on from a checkpoint, or the newest in a folder: with its run where it is one of the data"
                                + " directory and no other --run is given, else as a new one.")
        Path resume;
    }
}
