package observatory.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.tracker.Tracker;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.RunWatch;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Pack;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.probe.builtin.Probes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A trainer that knows DJL and not the observatory is watched on the real PyTorch engine. */
class ObservatoryListenerTest {
    private static final BiFunction<Integer, Block, Block> UNWATCHED = (_, block) -> block;

    private final List<Telemetry> told = new ArrayList<>();
    /** What the training thread has computed for, which nothing else on the machine makes longer. */
    private static final LongSupplier COMPUTED = ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime;

    private final ObservatoryListener listener = new ObservatoryListener("tiny", 0, false, COMPUTED);

    @BeforeAll
    static void needsLibTorch() {
        LibTorch.assume();
    }

    @Test
    void weightsAreTheSameToTheLastBitWatchedOrNot() {
        ObservatoryListener silent = new ObservatoryListener("silent");
        List<Integer> expected;
        // Dropout draws from one generator, so one trains after the other.
        try (TinyTransformer alone = new TinyTransformer(1e-2f, UNWATCHED)) {
            expected = trained(alone);
        }
        try (TinyTransformer ignored =
                new TinyTransformer(1e-2f, (layer, block) -> silent.watched(block, Hook.RESIDUAL, layer), silent)) {
            assertEquals(expected, trained(ignored), "with nobody listening");
        }
        listen(Pack.FORENSIC);
        try (TinyTransformer watched = new TinyTransformer(1e-2f, this::watched, listener)) {
            assertEquals(expected, trained(watched), "with everything watched");
        }
        assertEquals(12, frames().size());
        for (int i = 0; i < 12; i++) {
            assertEquals(i + 1, frames().get(i).step());
        }
        assertEquals(RunEvent.Kind.START, ((RunEvent) told.getFirst()).kind());
        assertEquals(RunEvent.Kind.END, ((RunEvent) told.getLast()).kind());
    }

    private static List<Integer> trained(TinyTransformer one) {
        one.model.getNDManager().getEngine().setRandomSeed(3);
        one.train(12);
        return one.weights();
    }

    /** Against libtorch's own sums in double, taken by a listener before ours and after the step. */
    @Test
    void numbersAreThoseOfLibTorch() {
        listen(Pack.FORENSIC);
        String name = "01selfAttention_02queryProjection_weight";
        double[] gradient = new double[2];
        TrainingListenerAdapter before = new TrainingListenerAdapter() {
            @Override
            public void onTrainingBatch(Trainer trainer, BatchData data) {
                double square = 0;
                for (var pair : trainer.getModel().getBlock().getParameters()) {
                    if (pair.getValue().requiresGradient()) {
                        try (NDArray one = pair.getValue().getArray().getGradient()) {
                            double norm = norm(one);
                            square += norm * norm;
                            gradient[1] = pair.getKey().matches("03\\w+_" + name) ? norm : gradient[1];
                        }
                    }
                }
                gradient[0] = Math.sqrt(square);
            }
        };
        List<Double> rms = new ArrayList<>();
        try (TinyTransformer tiny = new TinyTransformer(
                        1e-2f,
                        (layer, block) -> new WatchedBlock(
                                listener.watched(block, Hook.RESIDUAL, layer),
                                out -> rms.add(norm(out.getFirst())
                                        / Math.sqrt(out.getFirst().size()))),
                        before,
                        listener);
                Batch batch = tiny.batch();
                NDArray kept = tiny.parameter(0, name).getArray().duplicate()) {
            EasyTrain.trainBatch(tiny.trainer, batch);
            tiny.trainer.step();
            NDArray weight = tiny.parameter(0, name).getArray();
            double update;
            try (NDArray difference = weight.sub(kept)) {
                update = norm(difference);
            }
            double size = norm(weight);
            tiny.trainer.notifyListeners(one -> one.onEpoch(tiny.trainer));
            Frame frame = frames().getFirst();
            assertClose(gradient[0], frame.scalars().find(Scalars.GRADIENT_NORM).orElseThrow());
            String site = "selfattention.queryprojection.weight";
            assertClose(gradient[1], value(frame, "norm", new Site(Hook.GRADIENT, 0, site)));
            assertClose(update / size, value(frame, "update_ratio", new Site(Hook.UPDATE, 0, site)));
            assertClose(rms.get(0), value(frame, "rms", Site.of(Hook.RESIDUAL, 0)));
            assertClose(rms.get(1), value(frame, "rms", Site.of(Hook.RESIDUAL, 1)));
        }
    }

    @Test
    void aBrokenWeightIsSeenFirstInItsOwnLayer() {
        listen(Pack.CONTINUOUS);
        try (TinyTransformer tiny = new TinyTransformer(1e-2f, this::watched, listener)) {
            tiny.train(3);
            NDArray weight = tiny.parameter(1, "03outputBlock_01Linear_weight").getArray();
            float[] values = weight.toFloatArray();
            values[5] = Float.NaN;
            weight.set(values);
            tiny.train(1);
        }
        assertTrue(firstBroken(frames().get(2)).isEmpty(), "healthy before");
        assertEquals(Optional.of(Site.of(Hook.RESIDUAL, 1)), firstBroken(frames().get(3)));
        assertTrue(Double.isNaN(frames().get(3).scalars().find(Scalars.LOSS).orElseThrow()));
        Incident incident = incident(Kind.NON_FINITE);
        assertEquals(4, incident.firstStep());
        assertTrue(incident.summary().contains("layer 1 residual"), incident.summary());
    }

    /** The rate is multiplied by a thousand for good: the loss leaves its level, and somebody says so. */
    @Test
    void aSurgeOfTheRateIsFound() {
        listen(Pack.CONTINUOUS);
        float[] rate = {1e-3f};
        try (TinyTransformer tiny = new TinyTransformer(_ -> rate[0], this::watched, listener)) {
            tiny.train(80);
            assertTrue(
                    incidents().noneMatch(one -> one.kind() == Kind.LOSS_SPIKE),
                    () -> "before: " + incidents().toList());
            rate[0] = 1;
            tiny.train(5);
        }
        assertEquals(
                81,
                incidents()
                        .mapToLong(Incident::firstStep)
                        .filter(step -> step >= 81)
                        .min()
                        .orElseThrow(),
                2);
    }

    @Test
    void aBatchIsNamedByTheSamplesOfItsDataSet() {
        listen(Pack.CONTINUOUS);
        try (TinyTransformer tiny = new TinyTransformer(1e-3f, this::watched, listener)) {
            tiny.train(1);
        }
        var sequences = frames().getFirst().batch().orElseThrow().sequences();
        assertEquals(
                List.of(0L, 1L, 2L), sequences.stream().map(one -> one.offset()).toList());
        double mean =
                sequences.stream().mapToDouble(one -> one.loss()).average().orElseThrow();
        assertClose(frames().getFirst().scalars().find(Scalars.LOSS).orElseThrow(), mean);
        assertTrue(frames().getFirst().batch().orElseThrow().columns().stream()
                .anyMatch(column -> column.metric().equals("token_entropy")));
    }

    /** What is told is what is trained on, and not the mean of what tokens lose, where the two are not one. */
    @Test
    void theLossIsThatOfTheTrainerWhateverItsSettings() {
        for (float weight : new float[] {1, 2.5f}) {
            told.clear();
            List<Double> evaluated = new ArrayList<>();
            TrainingListenerAdapter before = new TrainingListenerAdapter() {
                @Override
                public void onTrainingBatch(Trainer trainer, BatchData data) {
                    evaluated.add((double) trainer.getLoss()
                            .evaluate(
                                    data.getLabels().get(trainer.getDevices()[0]),
                                    data.getPredictions().get(trainer.getDevices()[0]))
                            .toFloatArray()[0]);
                }
            };
            Loss loss = new SoftmaxCrossEntropyLoss("weighted", weight, -1, true, true);
            ObservatoryListener other = new ObservatoryListener("weighted");
            other.instruments().setUp(Probes.setup(told::add, Pack.CONTINUOUS));
            try (TinyTransformer tiny =
                    new TinyTransformer(loss, TinyTransformer.SMALL, Tracker.fixed(1e-2f), UNWATCHED, before, other)) {
                for (int step = 0; step < 5; step++) {
                    try (Batch batch = tiny.batch()) {
                        // No step: DJL lets go of the weight's buffer, and the gradients are of freed memory.
                        EasyTrain.trainBatch(tiny.trainer, batch);
                    }
                }
            }
            assertEquals(5, frames().size());
            for (int step = 0; step < 5; step++) {
                assertClose(
                        evaluated.get(step),
                        frames().get(step).scalars().find(Scalars.LOSS).orElseThrow());
            }
        }
    }

    /**
     * What the governor goes by, beside a clock around all that the listener is called for: medians, because of some
     * calls the machine takes its time between the two clocks.
     */
    @Test
    void allThatItIsCalledForIsChargedToObserving() {
        listen(Pack.CONTINUOUS);
        long[] began = {0};
        List<Double> called = new ArrayList<>();
        TrainingListenerAdapter before = new TrainingListenerAdapter() {
            @Override
            public void onTrainingBatch(Trainer trainer, BatchData data) {
                began[0] = COMPUTED.getAsLong();
            }
        };
        TrainingListenerAdapter after = new TrainingListenerAdapter() {
            @Override
            public void onTrainingBatch(Trainer trainer, BatchData data) {
                called.add((COMPUTED.getAsLong() - began[0]) / 1e9);
            }
        };
        try (TinyTransformer tiny = new TinyTransformer(1e-3f, UNWATCHED, before, listener, after)) {
            tiny.train(20); // classes are loaded, some of them before the first step begins
            told.clear();
            called.clear();
            tiny.train(80);
        }
        List<Double> charged = frames().stream()
                .map(frame -> frame.scalars().find(Scalars.OBSERVER_SECONDS).orElseThrow())
                .toList();
        assertEquals(1, median(charged) / median(called), 0.25);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    @Test
    void noArrayIsLeftBehind() {
        listen(Pack.FORENSIC);
        try (TinyTransformer tiny = new TinyTransformer(1e-2f, this::watched, listener)) {
            tiny.train(2);
            int before = tiny.model.getNDManager().getManagedArrays().size();
            tiny.train(5);
            assertEquals(before, tiny.model.getNDManager().getManagedArrays().size());
        }
    }

    @Test
    void whatFailsInHereNeverReachesTheLoop() {
        listener.instruments()
                .setUp(Probes.setup(
                        item -> {
                            throw new IllegalStateException("a sink that is broken");
                        },
                        Pack.CONTINUOUS));
        try (TinyTransformer tiny = new TinyTransformer(1e-2f, this::watched, listener);
                TinyTransformer alone = new TinyTransformer(1e-2f, UNWATCHED)) {
            assertEquals(trained(alone), trained(tiny));
        }
    }

    @Test
    void whatFailsNowAndThenIsNoReasonToGiveUp() {
        listenWhere(frame -> frame.step() % 3 != 0);
        try (TinyTransformer tiny = new TinyTransformer(1e-2f, this::watched, listener)) {
            tiny.train(40);
        }
        assertEquals(40 - 40 / 3, frames().size());
    }

    @Test
    void whatWasGivenUpIsToldAndComesBackWhenItIsSetUpAnew() {
        listenWhere(frame -> false);
        try (TinyTransformer tiny = new TinyTransformer(1e-2f, this::watched, listener)) {
            tiny.train(15);
            assertEquals(List.of(), frames());
            RunEvent disabled = (RunEvent) told.getLast();
            assertEquals(RunEvent.Kind.PROBE_DISABLED, disabled.kind());
            assertTrue(disabled.details().get("error").contains("a sink that is broken"), disabled::toString);
            listen(Pack.CONTINUOUS);
            tiny.train(5);
        }
        assertTrue(frames().size() >= 4, () -> frames().size() + " frames");
    }

    private void listenWhere(Predicate<Frame> taken) {
        listener.instruments()
                .setUp(Probes.setup(
                        item -> {
                            if (item instanceof Frame frame && !taken.test(frame)) {
                                throw new IllegalStateException("a sink that is broken");
                            }
                            return told.add(item);
                        },
                        Pack.CONTINUOUS));
    }

    @Test
    void onlyActivationsAreComputedByBlocks() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> listener.watched(null, Hook.GRADIENT, 0));
        assertTrue(refused.getMessage().contains("hook=gradient"), refused.getMessage());
    }

    private Block watched(int layer, Block block) {
        return listener.watched(block, Hook.RESIDUAL, layer);
    }

    private void listen(Pack pack) {
        listener.instruments()
                .setUp(Probes.setup(
                        item -> {
                            told.add(item);
                            return true;
                        },
                        pack));
    }

    private List<Frame> frames() {
        return told.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
    }

    private Stream<Incident> incidents() {
        RunWatch watch = RunWatch.of(new RunId("tiny"));
        told.forEach(watch::accept);
        return watch.incidents().stream();
    }

    private Incident incident(Kind kind) {
        return incidents()
                .filter(one -> one.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "no " + kind + " among " + incidents().toList()));
    }

    private static Optional<Site> firstBroken(Frame frame) {
        Sites sites = frame.sites();
        return sites.column("nan").stream()
                .flatMap(column -> java.util.stream.IntStream.range(0, column.size())
                        .filter(i -> column.values()[i] > 0)
                        .mapToObj(i -> sites.sites().get(column.at()[i])))
                .findFirst();
    }

    private static double value(Frame frame, String metric, Site site) {
        var column = frame.sites().column(metric).orElseThrow();
        for (int i = 0; i < column.size(); i++) {
            if (frame.sites().sites().get(column.at()[i]).equals(site)) {
                return column.values()[i];
            }
        }
        throw new AssertionError(
                "no " + metric + " at " + site + " among " + frame.sites().sites());
    }

    private static double norm(NDArray array) {
        try (NDArray wide = array.toType(DataType.FLOAT64, true);
                NDArray square = wide.square();
                NDArray sum = square.sum()) {
            return Math.sqrt(sum.toDoubleArray()[0]);
        }
    }

    private static void assertClose(double expected, double actual) {
        assertEquals(expected, actual, 1e-6 * Math.abs(expected));
    }
}
