package observatory.stream.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;
import observatory.probe.Column;
import observatory.probe.Exponents;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Merge;
import observatory.probe.Moments;
import observatory.probe.Origin;
import observatory.probe.Reduction;
import observatory.probe.RunId;
import observatory.probe.SampleSink;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.builtin.ActivationScale;
import observatory.probe.builtin.ExponentHistogram;
import observatory.probe.builtin.NonFinite;
import observatory.probe.builtin.ShardSums;
import observatory.stream.Frames;
import observatory.stream.wire.Manifest;
import observatory.stream.wire.Measures;
import org.junit.jupiter.api.Test;

class ShardMergeTest {
    private static final long SEED = 20261127;
    private static final Site RESIDUAL = Site.of(Hook.RESIDUAL, 3);
    private static final Site GRADIENT = new Site(Hook.GRADIENT, 0, "mlp.up");
    private static final IntFunction<Manifest.Place> DATA = Manifest.Place::dataParallel;
    private static final IntFunction<Manifest.Place> TENSOR = rank -> new Manifest.Place(rank, 0, rank, 0, 0, 0);

    /** What is measured of the whole, added up in one loop here, against what the shards were measured to be. */
    @Test
    void shardsMergeToWhatTheWholeIs() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            int ranks = 2 + random.nextInt(7);
            List<Frame> frames = new ArrayList<>();
            List<float[]> all = new ArrayList<>();
            for (int rank = 0; rank < ranks; rank++) {
                float[] shard = new float[1 + random.nextInt(40)];
                for (int i = 0; i < shard.length; i++) {
                    // Whole numbers, so that their sums are exact in whatever order.
                    shard[i] = random.nextInt(20) == 0 ? special(random) : random.nextInt(2001) - 1000;
                }
                all.add(shard);
                frames.add(frame(rank, measured(shard)));
            }
            Frame lead = merge(frames, DATA).getFirst();
            String what = "seed " + SEED + ", round " + round;
            Whole whole = Whole.of(all);
            assertEquals(whole.elements, value(lead, "elements"), what);
            assertEquals(whole.nan, value(lead, "nan"), what);
            assertEquals(whole.inf, value(lead, "inf"), what);
            assertEquals(whole.sum, value(lead, "sum"), what);
            assertEquals(whole.squares, value(lead, "sum_squares"), what);
            assertEquals(whole.finite == 0 ? Double.NaN : Math.sqrt(whole.squares / whole.finite), value(lead, "rms"));
            assertEquals(whole.absMax, value(lead, "abs_max"), what);
            assertEquals(ranks, lead.scalars().find("ranks_merged").orElseThrow());
        }
    }

    @Test
    void everyRankKeepsItsScalarsAndWhatDoesNotMerge() {
        List<Frame> frames = List.of(
                frame(1, at(RESIDUAL, Map.of("abs_max", 2.0, "kurtosis", 3.0))),
                frame(0, at(RESIDUAL, Map.of("abs_max", 5.0, "kurtosis", 4.0, "sum", 1.0))));
        List<Frame> merged = merge(frames, DATA);
        assertEquals(
                List.of(0, 1), merged.stream().map(one -> one.origin().rank()).toList());
        assertEquals(5, value(merged.get(0), "abs_max"));
        assertEquals(4, value(merged.get(0), "kurtosis"), "of rank 0 alone");
        assertEquals(1, value(merged.get(0), "sum"), "rank 1 did not measure it");
        assertEquals(List.of("kurtosis"), metrics(merged.get(1)));
        assertEquals(3, value(merged.get(1), "kurtosis"));
        for (int rank = 0; rank < 2; rank++) {
            assertEquals(rank, merged.get(rank).scalars().find(Scalars.LOSS).orElseThrow());
            assertEquals(7, merged.get(rank).seq());
        }
    }

    @Test
    void copiesOfAParameterAreSentOnceAndOneThatDiffersStaysToBeSeen() {
        List<Frame> merged = merge(
                List.of(
                        frame(0, at(GRADIENT, Map.of("norm", 3.0, "adam_rms", 0.5))),
                        frame(1, at(GRADIENT, Map.of("norm", 3.0, "adam_rms", 0.5))),
                        frame(2, at(GRADIENT, Map.of("norm", 3.5, "adam_rms", 0.5)))),
                DATA);
        assertEquals(3, value(merged.get(0), "norm"), "not added up");
        assertEquals(0.5, value(merged.get(0), "adam_rms"));
        assertEquals(List.of(), metrics(merged.get(1)));
        assertEquals(3.5, value(merged.get(2), "norm"));
    }

    @Test
    void shardsOfAParameterOverTensorRanksMakeItsNorm() {
        List<Frame> merged = merge(
                List.of(frame(0, at(GRADIENT, Map.of("norm", 3.0))), frame(1, at(GRADIENT, Map.of("norm", 4.0)))),
                TENSOR);
        assertEquals(5, value(merged.get(0), "norm"));
        assertEquals(List.of(), metrics(merged.get(1)));
    }

    @Test
    void whatTensorRanksHoldACopyOfIsCountedOnceAndWhatTheyDivideIsAdded() {
        Site divided = Site.of(Hook.MLP_HIDDEN, 0);
        List<Frame> merged = merge(
                List.of(
                        frame(0, both(at(RESIDUAL, Map.of("nan", 4.0)), at(divided, Map.of("nan", 1.0)))),
                        frame(1, both(at(RESIDUAL, Map.of("nan", 4.0)), at(divided, Map.of("nan", 2.0))))),
                TENSOR);
        assertArrayEquals(
                new double[] {4, 3},
                merged.get(0).sites().column("nan").orElseThrow().values());
    }

    @Test
    void aParameterThatTensorRanksDoNotDivideIsNotAddedUp() {
        Site gain = new Site(Hook.GRADIENT, 0, "ln_1.weight");
        List<Frame> merged = merge(
                List.of(
                        frame(0, both(at(GRADIENT, Map.of("norm", 3.0)), at(gain, Map.of("norm", 2.0)))),
                        frame(1, both(at(GRADIENT, Map.of("norm", 4.0)), at(gain, Map.of("norm", 2.0))))),
                TENSOR);
        assertArrayEquals(
                new double[] {5, 2},
                merged.get(0).sites().column("norm").orElseThrow().values());
        assertEquals(List.of(), metrics(merged.get(1)));
    }

    @Test
    void histogramsAddBinByBinAndASpectrumStaysWhole() {
        Column bins = new Column("histogram", new int[] {0, 0, 0}, new double[] {1, 2, 3});
        Column spectrum = new Column("eigenvalue", new int[] {0, 0}, new double[] {9, 4});
        Sites sites = new Sites(List.of(RESIDUAL), List.of(bins, spectrum));
        Sites others = new Sites(
                List.of(RESIDUAL), List.of(bins, new Column("eigenvalue", new int[] {0, 0}, new double[] {8, 4})));
        ShardMerge merge = new ShardMerge(Map.of("histogram", Merge.HISTOGRAM), DATA);
        List<Frame> merged = merge.merge(List.of(frame(0, sites), frame(1, others)));
        assertArrayEquals(
                new double[] {2, 4, 6},
                merged.get(0).sites().column("histogram").orElseThrow().values());
        assertArrayEquals(
                new double[] {9, 4},
                merged.get(0).sites().column("eigenvalue").orElseThrow().values());
        assertEquals(List.of("eigenvalue"), metrics(merged.get(1)));
    }

    /** The histogram of all numbers is what the probe makes of them, whoever of the ranks had which. */
    @Test
    void histogramsThatHangFromTheirOwnTopsMergeToThatOfTheWhole() {
        Random random = new Random(SEED);
        ExponentHistogram probe = new ExponentHistogram(Set.of(Hook.RESIDUAL), 1, Schedule.everyStep());
        ShardMerge merge = new ShardMerge(Measures.rules(Measures.builtIn()), DATA);
        for (int round = 0; round < 300; round++) {
            List<Frame> frames = new ArrayList<>();
            List<Float> all = new ArrayList<>();
            for (int rank = 0; rank < 2 + random.nextInt(4); rank++) {
                float[] shard = new float[1 + random.nextInt(30)];
                int span = 1 + random.nextInt(100);
                for (int i = 0; i < shard.length; i++) {
                    shard[i] = random.nextInt(4) == 0 ? 0 : Math.scalb(1.5f, random.nextInt(span) - random.nextInt(60));
                    all.add(shard[i]);
                }
                frames.add(frame(rank, histogram(probe, shard)));
            }
            float[] whole = new float[all.size()];
            for (int i = 0; i < whole.length; i++) {
                whole[i] = all.get(i);
            }
            List<Frame> merged = merge.merge(frames);
            Sites expected = histogram(probe, whole);
            for (Column column : expected.columns()) {
                assertArrayEquals(
                        column.values(),
                        merged.getFirst()
                                .sites()
                                .column(column.metric())
                                .orElseThrow()
                                .values(),
                        "seed " + SEED + ", round " + round + ", " + column.metric());
            }
            assertEquals(List.of(), metrics(merged.getLast()), "nothing is left with the others");
        }
    }

    @Test
    void aHistogramWhoseTopGotLostStaysWithItsRank() {
        Column counts = new Column("histogram_exponent", new int[] {0, 0}, new double[] {1, 2});
        Column top = new Column("histogram_exponent_top", new int[] {0}, new double[] {3});
        Sites whole = new Sites(List.of(RESIDUAL), List.of(top, counts));
        ShardMerge merge = new ShardMerge(Measures.rules(Measures.builtIn()), DATA);
        for (Column left : List.of(counts, top)) {
            Sites half = new Sites(List.of(RESIDUAL), List.of(left));
            List<Frame> merged = merge.merge(List.of(frame(0, whole), frame(1, half)));
            assertEquals(whole, merged.get(0).sites());
            assertEquals(half, merged.get(1).sites());
        }
    }

    private static Sites histogram(ExponentHistogram probe, float[] values) {
        List<Double> top = new ArrayList<>();
        List<Double> counts = new ArrayList<>();
        HostReducer reducer = new HostReducer();
        reducer.enqueue(0, probe.reduction(), HostTensor.of(values), null);
        probe.read(
                RESIDUAL,
                (Exponents) reducer.result(0),
                (site, metric, value) -> (metric.endsWith("_top") ? top : counts).add(value));
        return new Sites(
                List.of(RESIDUAL),
                List.of(column("histogram_exponent_top", top), column("histogram_exponent", counts)));
    }

    private static Column column(String metric, List<Double> values) {
        return new Column(
                metric,
                new int[values.size()],
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Test
    void oneFrameAloneIsLeftAsItIs() {
        List<Frame> alone = List.of(frame(5, measured(new float[] {1, 2})));
        assertEquals(alone, merge(alone, DATA));
    }

    @Test
    void everyMetricOfAProbeAndEveryScalarHasAUnitAndARule() throws Exception {
        Set<String> known = Measures.rules(Measures.builtIn()).keySet();
        for (var field : Scalars.class.getFields()) {
            if (field.getType() == String.class) {
                assertTrue(known.contains(field.get(null)), field.getName() + " is not in Measures");
            }
        }
        assertEquals(Merge.RMS, Measures.rules(Measures.builtIn()).get("rms"));
        assertEquals(Merge.COUNT, Measures.rules(Measures.builtIn()).get("nan"));
        Measures.builtIn().forEach(one -> assertTrue(!one.unit().isBlank(), one.name()));
    }

    private static float special(Random random) {
        return random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
    }

    /** As the probes of a rank measure it. */
    private static Sites measured(float[] shard) {
        HostReducer reducer = new HostReducer();
        reducer.enqueue(0, new Reduction.ToMoments(), new HostTensor(shard, 1, shard.length), null);
        Moments moments = (Moments) reducer.result(0);
        List<Column> columns = new ArrayList<>();
        Set<Hook> hooks = Set.of(Hook.RESIDUAL);
        Schedule always = Schedule.everyStep();
        SampleSink out = (site, metric, value) -> columns.add(new Column(metric, new int[] {0}, new double[] {value}));
        new ActivationScale(hooks, always).read(RESIDUAL, moments, out);
        new NonFinite(hooks, always).read(RESIDUAL, moments.broken(), out);
        new ShardSums(hooks, always).read(RESIDUAL, moments, out);
        return new Sites(List.of(RESIDUAL), columns);
    }

    private static Sites at(Site site, Map<String, Double> values) {
        return new Sites(
                List.of(site),
                values.entrySet().stream()
                        .map(one -> new Column(one.getKey(), new int[] {0}, new double[] {one.getValue()}))
                        .toList());
    }

    /** Two sites with one metric each, of the same name. */
    private static Sites both(Sites one, Sites other) {
        return new Sites(
                List.of(one.sites().getFirst(), other.sites().getFirst()),
                List.of(new Column(one.columns().getFirst().metric(), new int[] {0, 1}, new double[] {
                    one.columns().getFirst().values()[0],
                    other.columns().getFirst().values()[0]
                })));
    }

    private static Frame frame(int rank, Sites sites) {
        Origin origin = new Origin(new RunId("sharded"), 0, new UUID(0, rank), rank);
        Frame plain = Frames.frame(origin, 7);
        Scalars own = new Scalars.Builder().put(Scalars.LOSS, rank).build();
        return new Frame(origin, 7, 7, plain.time(), own, sites, Optional.empty());
    }

    private static List<Frame> merge(List<Frame> frames, IntFunction<Manifest.Place> places) {
        return new ShardMerge(Measures.rules(Measures.builtIn()), places).merge(frames);
    }

    private static List<String> metrics(Frame frame) {
        return frame.sites().columns().stream().map(Column::metric).toList();
    }

    private static double value(Frame frame, String metric) {
        double[] values = frame.sites().column(metric).orElseThrow().values();
        assertEquals(1, values.length, metric);
        return values[0];
    }

    /** The whole tensor in one plain loop. */
    private static final class Whole {
        private double elements;
        private double finite;
        private double nan;
        private double inf;
        private double sum;
        private double squares;
        private double absMax;

        private static Whole of(List<float[]> shards) {
            Whole whole = new Whole();
            for (float[] shard : shards) {
                for (float x : shard) {
                    whole.add(x);
                }
            }
            return whole;
        }

        private void add(double x) {
            elements++;
            if (Double.isNaN(x)) {
                nan++;
            } else if (Double.isInfinite(x)) {
                inf++;
            } else {
                finite++;
                sum += x;
                squares += x * x;
                absMax = Math.max(absMax, Math.abs(x));
            }
        }

        @Override
        public String toString() {
            return Arrays.toString(new double[] {elements, nan, inf, sum, squares, absMax});
        }
    }
}
