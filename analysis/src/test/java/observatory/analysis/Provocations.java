package observatory.analysis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/**
 * For each detector the trouble it is there for, in any size: 0 is a healthy run, 1 is enough to be found, more is
 * worse. Trouble begins at step {@link #AT}.
 */
final class Provocations {
    static final int AT = 300;
    private static final int STEPS = 700;

    private Provocations() {}

    /** What is measured in one step, to be edited. */
    private static final class Step {
        private final long number;
        private final Random random;
        private final Scalars.Builder scalars = new Scalars.Builder();
        private Sites sites = Sites.none();
        private Optional<Batch> batch = Optional.empty();

        private Step(long number, Random random) {
            this.number = number;
            this.random = random;
        }

        private boolean from(int steps) {
            return number >= AT && number < AT + steps;
        }

        private double get(String name) {
            return scalars.build().find(name).orElseThrow();
        }

        private void add(String name, double by) {
            scalars.put(name, get(name) + by);
        }

        /** One metric at a hook of two layers, the second a little larger. */
        private void metric(String name, Hook hook, double value) {
            sites = new Sites(
                    List.of(Site.of(hook, 0), Site.of(hook, 1)),
                    List.of(new Column(name, new int[] {0, 1}, new double[] {value, 1.05 * value})));
        }

        private double noisy(double value, double share) {
            return value * Math.exp(share * random.nextGaussian());
        }
    }

    private interface Edit {
        void at(Step step);
    }

    static Map<String, DoubleFunction<List<Telemetry>>> all() {
        Map<String, DoubleFunction<List<Telemetry>>> all = new TreeMap<>();
        losses(all);
        precision(all);
        sites(all);
        data(all);
        system(all);
        return all;
    }

    private static void losses(Map<String, DoubleFunction<List<Telemetry>>> all) {
        all.put(
                "NonFinite",
                size -> run(step -> {
                    if (size > 0 && step.from((int) Math.ceil(size))) {
                        step.scalars.put(Scalars.LOSS, Double.NaN);
                    }
                }));
        all.put("LossSpike", size -> run(step -> step.add(Scalars.LOSS, step.from(5) ? 2 * size : 0)));
        all.put(
                "JointSpike",
                size -> everyTenth(run(step -> {
                    step.add(Scalars.LOSS, step.from(30) ? 2 * size : 0);
                    step.add(Scalars.GRADIENT_NORM, step.from(30) ? 3 * size : 0);
                })));
        all.put("Divergence", size -> run(step -> step.add(Scalars.LOSS, step.from(STEPS) ? 2 * size : 0)));
        all.put(
                "SlowDivergence",
                size -> run(step -> step.add(Scalars.LOSS, step.from(STEPS) ? size * 0.004 * (step.number - AT) : 0)));
        all.put("GradientSpike", size -> run(step -> step.add(Scalars.GRADIENT_NORM, step.from(6) ? 20 * size : 0)));
        all.put(
                "GradientDrift",
                size -> run(step -> step.scalars.put(
                        Scalars.GRADIENT_NORM,
                        step.get(Scalars.GRADIENT_NORM)
                                * Math.exp(step.from(STEPS) ? size * 0.01 * (step.number - AT) : 0))));
        all.put(
                "RateJump",
                size -> run(
                        step -> step.scalars.put(Scalars.LEARNING_RATE, 3e-4 * (step.from(10) ? 1 + 3 * size : 1))));
        all.put(
                "MomentDecay",
                size -> run(step ->
                        step.scalars.put(Scalars.ADAM_BETA2, 1 - 0.001 * (step.from(STEPS) ? 1 + 3 * size : 1))));
        all.put(
                "SuspiciousLog",
                size -> run(step -> {
                    if (size > 0 && step.from((int) (40 * size))) {
                        step.scalars.put(Scalars.LOSS, 2.5);
                    }
                }));
        all.put(
                "ScalingLag",
                size -> run(step -> {
                    step.scalars.put("expected_loss", step.get(Scalars.LOSS) * (1 + 0.01 * step.random.nextGaussian()));
                    step.add(Scalars.LOSS, step.from(STEPS) ? 0.5 * size : 0);
                }));
    }

    private static void precision(Map<String, DoubleFunction<List<Telemetry>>> all) {
        all.put(
                "Overflow",
                size -> run(step -> {
                    step.scalars.put(Scalars.FORWARD_LIMIT, 65504);
                    double count = size > 0 && step.from(1) ? Math.ceil(5 * size) : 0;
                    step.sites = Recorded.sites(new double[4], new double[] {0, count, 0, 0});
                }));
        all.put(
                "OverflowAhead",
                size -> run(step -> {
                    step.scalars.put(Scalars.FORWARD_LIMIT, 65504);
                    double lost = step.from(STEPS) ? size * 0.03 * (step.number - AT) : 0;
                    step.metric("fp16_headroom_bits", Hook.MLP_OUT, 8 - lost + 0.05 * step.random.nextGaussian());
                }));
        all.put(
                "Underflow",
                size -> run(step -> {
                    step.scalars.put(Scalars.LOSS_SCALE, 65536);
                    double lost = step.from(STEPS) ? Math.min(0.95, 0.12 * size) : 0.001;
                    step.metric("fp16_lost_at_best_scale", Hook.GRADIENT, lost);
                }));
        all.put(
                "LossScaleCollapse",
                size -> run(step -> {
                    double halvings = step.from(STEPS) ? Math.floor(Math.min(5 * size, step.number - AT + 1)) : 0;
                    step.scalars.put(Scalars.LOSS_SCALE, Math.max(1, Math.scalb(1, 16 - (int) halvings)));
                }));
        all.put(
                "SkipStorm",
                size -> run(step ->
                        step.scalars.put(Scalars.SKIPPED, size > 0 && step.from((int) (10 * size)) ? 1 : 0)));
    }

    private static void sites(Map<String, DoubleFunction<List<Telemetry>>> all) {
        all.put(
                "MagnitudeJump",
                size -> run(step -> step.metric(
                        "rms", Hook.MLP_OUT, step.noisy(1, 0.05) * (step.from(STEPS) ? Math.pow(2, 30 * size) : 1))));
        all.put(
                "AttentionGrowth",
                size -> run(step -> step.metric(
                        "attention_logit_max",
                        Hook.ATTENTION_LOGITS,
                        step.noisy(8 * (step.from(STEPS) ? 1 + 15 * size : 1), .1))));
        all.put(
                "EntropyCollapse",
                size -> run(step -> step.metric(
                        "attention_entropy",
                        Hook.ATTENTION_ENTROPY,
                        step.noisy(0.6 * (step.from(STEPS) ? Math.exp(-3 * size) : 1), .02))));
        all.put(
                "LogitDrift",
                size -> run(step -> step.metric(
                        "log_z_mean", Hook.LOG_Z, 6 + (step.from(STEPS) ? 0.05 * size * (step.number - AT) : 0))));
        all.put(
                "AdamPrecursor",
                size -> run(step -> step.metric(
                        "adam_rms", Hook.NORMALISED_GRADIENT, step.noisy(1, .05) * (step.from(3) ? 1 + 2 * size : 1))));
        all.put(
                "NoiseScale",
                size -> run(step -> {
                    step.scalars.put(Scalars.BATCH_SEQUENCES, 64);
                    step.scalars.put("gradient_noise_square", step.noisy(1, .2));
                    step.scalars.put(
                            "gradient_noise_trace", step.noisy(step.from(STEPS) ? 64 * (1 + 10 * size) : 64, .1));
                }));
        all.put(
                "EpsilonDominance",
                size -> run(step -> step.metric(
                        "epsilon_share",
                        Hook.SECOND_MOMENT,
                        step.from(STEPS) ? Math.min(0.95, 0.05 + 0.5 * size) : 0.05)));
        all.put(
                "DampedUpdates",
                size -> run(step -> {
                    step.scalars.put(Scalars.ADAM_BETA2, 0.95);
                    double norm = step.get(Scalars.GRADIENT_NORM);
                    double rms = step.noisy(1, .05) / (step.from(STEPS) ? 1 + 3 * size : 1);
                    step.sites = new Sites(
                            List.of(
                                    new Site(Hook.GRADIENT, 0, "mlp.up"),
                                    new Site(Hook.GRADIENT, 1, "mlp.up"),
                                    new Site(Hook.NORMALISED_GRADIENT, 0, "mlp.up"),
                                    new Site(Hook.NORMALISED_GRADIENT, 1, "mlp.up")),
                            List.of(
                                    new Column("norm", new int[] {0, 1}, new double[] {0.6 * norm, 0.7 * norm}),
                                    new Column("adam_rms", new int[] {2, 3}, new double[] {rms, 1.05 * rms})));
                }));
        all.put(
                "UpdateBand",
                size -> run(step -> step.metric(
                        "update_ratio", Hook.UPDATE, step.noisy(2e-3, .1) * (step.from(10) ? 1 + 30 * size : 1))));
        all.put(
                "ResidualGrowth",
                size -> run(step -> step.metric(
                        "rms", Hook.RESIDUAL, step.noisy(1.5, .02) * (step.from(STEPS) ? 1 + 3 * size : 1))));
        all.put(
                "DeadUnits",
                size -> run(step -> step.metric(
                        "dead_fraction", Hook.MLP_HIDDEN, step.from(STEPS) ? Math.min(0.9, 0.02 + 0.3 * size) : 0.02)));
        all.put(
                "OutlierFeatures",
                size -> run(step -> step.metric(
                        "neuron_kurtosis", Hook.RESIDUAL, step.noisy(3, .05) * (step.from(STEPS) ? 1 + 6 * size : 1))));
        all.put(
                "SpectralDrift",
                size -> run(step -> step.metric(
                        "spectral_norm", Hook.WEIGHT, step.noisy(2, .01) * (step.from(STEPS) ? 1 + 2 * size : 1))));
    }

    private static void data(Map<String, DoubleFunction<List<Telemetry>>> all) {
        all.put("BadBatch", size -> run(step -> batch(step, step.number, step.from(4) ? 3 * size : 0, 0.5)));
        all.put(
                "OutlierDocuments",
                size -> run(step -> {
                    List<Batch.Sequence> sequences = new ArrayList<>();
                    for (int i = 0; i < 8; i++) {
                        boolean broken = i < 4 && step.random.nextDouble() < (step.from(STEPS) ? 0.03 * size : 0);
                        double loss = 2.4 + 0.3 * step.random.nextGaussian() + (broken ? 5 : 0);
                        sequences.add(new Batch.Sequence(i < 4 ? "web" : "books", 1000 * step.number + i, loss));
                    }
                    step.batch = Optional.of(new Batch(sequences));
                }));
        all.put(
                "DuplicateData",
                size -> run(step ->
                        batch(step, size > 0 && step.from((int) Math.ceil(4 * size) + 1) ? 1 : step.number, 0, 0.5)));
        all.put(
                "RepeatedSource",
                size -> run(step -> {
                    batch(step, step.number, 0, step.from(STEPS) ? 0.5 : 1);
                    List<Batch.Sequence> sequences = step.batch.orElseThrow().sequences();
                    // The new source has fewer sequences the larger the fault is; from then on it has none that is new.
                    boolean over = size > 0 && step.number >= AT + 20 / size;
                    double[] seen = sequences.stream()
                            .mapToDouble(one -> over && one.source().equals("web") ? 1 : 0)
                            .toArray();
                    int[] at = IntStream.range(0, seen.length).toArray();
                    step.batch =
                            step.batch.map(batch -> batch.with(List.of(new Column("ngram_seen_fraction", at, seen))));
                }));
        all.put(
                "MixtureShift",
                size -> run(step ->
                        batch(step, step.number, 0, step.from(STEPS) ? Math.max(0, 0.5 - 0.45 * size) : 0.5)));
        all.put(
                "SourceDivergence",
                size -> run(step -> {
                    batch(step, step.number, 0, 0.5);
                    double rise = step.from(STEPS) ? 0.01 * size * (step.number - AT) : 0;
                    step.batch = step.batch.map(batch -> new Batch(batch.sequences().stream()
                            .map(one -> one.source().equals("web")
                                    ? new Batch.Sequence("web", one.offset(), one.loss() + rise)
                                    : one)
                            .toList()));
                }));
    }

    /** Eight sequences of two sources with noise, read from places given by {@code place}. */
    private static void batch(Step step, long place, double excess, double share) {
        List<Batch.Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String source = step.random.nextDouble() < share ? "books" : "web";
            double loss = 2.4 + excess + 0.3 * step.random.nextGaussian();
            sequences.add(new Batch.Sequence(place == step.number ? source : "books", 1000 * place + 100 * i, loss));
        }
        step.batch = Optional.of(new Batch(sequences));
    }

    private static void system(Map<String, DoubleFunction<List<Telemetry>>> all) {
        all.put(
                "StepTime",
                size -> run(step -> step.scalars.put(
                        Scalars.STEP_SECONDS, step.noisy(0.5, .02) * (step.from(STEPS) ? 1 + 0.2 * size : 1))));
        all.put(
                "Straggler",
                size -> twoRanks(
                        step -> step.scalars.put(Scalars.STEP_SECONDS, step.noisy(0.5, .01)),
                        step -> step.scalars.put(
                                Scalars.STEP_SECONDS, step.noisy(0.5, .01) * (step.from(STEPS) ? 1 + size : 1))));
        all.put(
                "RankDisagreement",
                size -> twoRanks(
                        step -> step.scalars.put(Scalars.WEIGHTS_CHECK, step.number),
                        step -> step.scalars.put(Scalars.WEIGHTS_CHECK, step.number + (step.from(STEPS) ? size : 0))));
        all.put("Restart", size -> {
            List<Telemetry> items = new ArrayList<>(run(step -> {}).subList(0, AT + 50));
            if (size > 0) {
                Origin again = new Origin(Recorded.RUN, 1, new UUID(0, 2), 0);
                run(step -> {})
                        .subList(AT + 50 - (int) Math.ceil(5 * size), STEPS)
                        .forEach(item -> {
                            Frame frame = (Frame) item;
                            items.add(new Frame(
                                    again,
                                    frame.seq(),
                                    frame.step(),
                                    frame.time(),
                                    frame.scalars(),
                                    frame.sites(),
                                    frame.batch()));
                        });
            }
            return items;
        });
        all.put(
                "Stalled",
                size -> withEvent(size, RunEvent.Kind.TICK, Map.of("silent_seconds", "" + (long) (90 * size))));
        all.put(
                "TelemetryLost",
                size -> run(
                        step -> step.scalars.put(Scalars.FRAMES_DROPPED, step.from(STEPS) ? Math.ceil(50 * size) : 0)));
        all.put("DuplicateWriter", size -> {
            List<Telemetry> items = new ArrayList<>(run(step -> {}));
            Origin other = new Origin(Recorded.RUN, 0, new UUID(0, 3), 0);
            for (int i = 0; i < Math.ceil(4 * size); i++) {
                Frame frame = (Frame) items.get(AT + 2 * i);
                items.add(
                        AT + 2 * i + 1,
                        new Frame(other, i, frame.step(), frame.time(), frame.scalars(), frame.sites(), frame.batch()));
            }
            return items;
        });
        all.put("HardwareError", size -> withEvent(size, RunEvent.Kind.HARDWARE_ERROR, Map.of("xid", "63")));
    }

    private static List<Telemetry> withEvent(double size, RunEvent.Kind kind, Map<String, String> details) {
        List<Telemetry> items = new ArrayList<>(run(step -> {}).subList(0, AT));
        if (size >= 1) {
            items.add(RunEvent.of(Recorded.ORIGIN, STEPS, AT, Instant.EPOCH, kind, details));
        }
        return items;
    }

    /** A run of a small model with Gaussian noise, edited step by step. */
    private static List<Telemetry> run(Edit edit) {
        Random random = new Random(5);
        List<Telemetry> frames = new ArrayList<>();
        for (int number = 1; number <= STEPS; number++) {
            Step step = new Step(number, random);
            step.scalars
                    .put(Scalars.LOSS, 2.4 + 3 * Math.exp(-number / 60.0) + 0.05 * random.nextGaussian())
                    .put(Scalars.GRADIENT_NORM, 0.5 * Math.exp(0.15 * random.nextGaussian()));
            edit.at(step);
            frames.add(new Frame(
                    Recorded.ORIGIN,
                    number,
                    number,
                    Instant.EPOCH.plusSeconds(number),
                    step.scalars.build(),
                    step.sites,
                    step.batch));
        }
        return frames;
    }

    /** Two ranks in lockstep. */
    private static List<Telemetry> twoRanks(Edit first, Edit second) {
        Origin other = new Origin(Recorded.RUN, 0, new UUID(0, 9), 1);
        List<Telemetry> one = run(first);
        List<Telemetry> two = run(second);
        List<Telemetry> both = new ArrayList<>();
        for (int i = 0; i < one.size(); i++) {
            both.add(one.get(i));
            Frame frame = (Frame) two.get(i);
            both.add(new Frame(
                    other, frame.seq(), frame.step(), frame.time(), frame.scalars(), frame.sites(), frame.batch()));
        }
        return both;
    }

    /** The same run in a log of every tenth step. */
    private static List<Telemetry> everyTenth(List<Telemetry> items) {
        return items.stream().filter(item -> item.step() % 10 == 0).toList();
    }
}
