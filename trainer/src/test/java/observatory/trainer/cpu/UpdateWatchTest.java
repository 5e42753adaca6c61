package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.probe.Probe;
import observatory.probe.Question;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import observatory.probe.builtin.AdamRms;
import observatory.probe.builtin.UpdateRatio;
import observatory.trainer.Adam;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is summed in the sweep of an update, against plain double arithmetic on weights, gradients and moments. */
class UpdateWatchTest {
    private static final double CLIP = 0.5;

    private final List<Telemetry> sent = new ArrayList<>();
    private float[] gradient;
    private float[] before;
    private float[] after;
    private float[] second;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 4095, 4097, 2 * Workers.GRAIN + 4096 + 5})
    void normsAreThoseOfTheWholeUpdate(int columns) {
        Frame frame = update(
                columns, List.of(new UpdateRatio(Schedule.everyStep()), new AdamRms(Schedule.everyStep())), p -> {});
        double moved = 0;
        double weight = 0;
        double ratio = 0;
        for (int i = 0; i < 2 * columns; i++) {
            double step = (double) after[i] - before[i];
            double normalised = ratio(i);
            moved += step * step;
            weight += (double) after[i] * after[i];
            ratio += normalised * normalised;
        }
        // Differences of weights near 1 have steps of 2^-24; sums in float lose some 1e-6.
        assertEquals(Math.sqrt(moved / weight), value(frame, "update_ratio"), 1e-4 * Math.sqrt(moved / weight));
        assertEquals(
                Math.sqrt(ratio / (2 * columns)), value(frame, "adam_rms"), 1e-5 * Math.sqrt(ratio / (2 * columns)));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, Workers.GRAIN})
    void aRatioThatIsNotFiniteIsLeftOutAndAnUpdateThatIsNotHasNoNorm(int columns) {
        int broken = 2 * columns - 1;
        Frame frame = update(
                columns,
                List.of(new UpdateRatio(Schedule.everyStep()), new AdamRms(Schedule.everyStep())),
                parameter -> parameter.gradient().set(broken, Float.NaN));
        double ratio = 0;
        for (int i = 0; i < broken; i++) {
            ratio += ratio(i) * ratio(i);
        }
        assertEquals(Math.sqrt(ratio / broken), value(frame, "adam_rms"), 1e-5 * Math.sqrt(ratio / broken));
        assertTrue(Double.isNaN(value(frame, "update_ratio")));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 2 * Workers.GRAIN + 11})
    void theUpdateIsTheSameHoweverItIsObserved(int columns) {
        update(columns, List.of(), parameter -> {});
        float[] unobserved = after;
        update(columns, List.of(new UpdateRatio(Schedule.everyStep())), parameter -> {});
        assertArrayEquals(unobserved, after);
        Frame frame = update(columns, List.of(new OfMoments(), new AdamRms(Schedule.everyStep())), parameter -> {});
        assertArrayEquals(unobserved, after);
        assertFalse(frame.sites().sites().isEmpty());
    }

    /** g/max(√v̂, ε) after the first update, at which v̂ is the second moment over 1 - β2. */
    private double ratio(int i) {
        double root = Math.sqrt(second[i] / (1.0 - Adam.STANDARD.beta2()));
        return gradient[i] * CLIP / Math.max(root, Adam.STANDARD.epsilon());
    }

    private static double value(Frame frame, String metric) {
        Column column = frame.sites().column(metric).orElseThrow();
        assertEquals(1, column.size());
        return column.values()[0];
    }

    /** The first update of a parameter of two rows. */
    private Frame update(int columns, List<? extends Question> probes, Consumer<Parameter> change) {
        SplittableRandom random = new SplittableRandom(columns);
        Instruments<Tensor> instruments = Small.instruments(sent::add, probes);
        ModelSpec spec = new ModelSpec(1, 1, 8, 4, 16, ModelSpec.Norm.RMSNORM);
        try (Arena arena = Arena.ofShared();
                Workers workers = new Workers(2)) {
            Rounding rounding = new Rounding(workers, Precision.FP32);
            HookLines lines =
                    new HookLines(Fault.NONE, spec, rounding, instruments, workers, System::nanoTime, Set.of());
            Operations ops = Operations.of(arena, spec, 1, workers, lines, rounding);
            Parameter parameter = new Parameter(arena, new Parameter.Named(0, "mlp.up"), 2, columns);
            for (long i = 0; i < 2L * columns; i++) {
                parameter.weight().set(i, (float) random.nextGaussian());
                parameter.gradient().set(i, (float) random.nextGaussian());
            }
            change.accept(parameter);
            before = parameter.weight().toArray();
            gradient = parameter.gradient().toArray();
            instruments.beginStep(1);
            new Optimiser(arena, List.of(parameter), ops, instruments)
                    .update(Small.settings(1, Precision.FP32, 1), CLIP);
            instruments.endStep();
            after = parameter.weight().toArray();
            second = parameter.second().toArray();
        }
        return (Frame) sent.getLast();
    }

    /** Asks for more of what an update makes than its sums of squares. */
    private record OfMoments() implements Probe<Moments> {
        @Override
        public Set<Hook> hooks() {
            return EnumSet.of(Hook.UPDATE, Hook.NORMALISED_GRADIENT, Hook.ADAM_DIRECTION, Hook.SECOND_MOMENT);
        }

        @Override
        public Schedule schedule() {
            return Schedule.everyStep();
        }

        @Override
        public Reduction<Moments> reduction() {
            return new Reduction.ToMoments();
        }

        @Override
        public void read(Site site, Moments moments, SampleSink out) {
            out.sample(site, "rms", moments.rms());
        }
    }
}
