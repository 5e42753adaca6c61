package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Pack;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import observatory.probe.builtin.Probes;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Test;

/** Each planned fault does what it says at its step, and nothing before it. */
class FaultTest {
    private static final int STEPS = 60;
    private static final int AT = 50;
    private static final int LAYERS = 2;
    private static final ModelSpec SPEC = new ModelSpec(LAYERS, 2, 32, 32, 256, Norm.LAYERNORM);

    @Test
    void withoutAFaultEveryStepIsTaken() {
        List<Frame> healthy = train("none", Precision.FP32);
        assertEquals(STEPS, healthy.size());
        assertEquals(1, healthy.getFirst().step());
        assertTrue(healthy.stream().allMatch(frame -> scalar(frame, Scalars.SKIPPED) == 0));
        assertTrue(loss(healthy, STEPS) < loss(healthy, 1) - 1, "it learns: " + loss(healthy, STEPS));
    }

    @Test
    void aBadBatchRaisesTheLossAtItsStep() {
        List<Frame> frames = train("bad-batch@" + AT, Precision.FP32);
        sameBefore(frames, Precision.FP32);
        assertTrue(loss(frames, AT) > loss(frames, AT - 1) + 1);
        assertEquals(
                train("none", Precision.FP32)
                        .get(AT - 1)
                        .batch()
                        .orElseThrow()
                        .sequences()
                        .getFirst()
                        .offset(),
                frames.get(AT - 1).batch().orElseThrow().sequences().getFirst().offset(),
                "the batch is still named");
    }

    @Test
    void aSurgeOfTheLearningRateIsSeenInTheRateAndThenInTheLoss() {
        List<Frame> frames = train("lr-surge@" + AT, Precision.FP32);
        sameBefore(frames, Precision.FP32);
        double usual = scalar(frames.get(AT - 2), Scalars.LEARNING_RATE);
        assertTrue(scalar(frames.get(AT - 1), Scalars.LEARNING_RATE) > 20 * usual);
        assertTrue(loss(frames, AT + 5) > loss(frames, AT) + 0.5, "the loss follows: " + loss(frames, AT + 5));
    }

    @Test
    void aNaNIsFirstSeenWhereItWasMadeAndItsStepIsSkipped() {
        List<Frame> frames = train("nan@" + AT, Precision.FP32);
        sameBefore(frames, Precision.FP32);
        Frame hit = frames.get(AT - 1);
        assertEquals(Site.of(Hook.MLP_OUT, LAYERS / 2), first(hit, "nan"));
        assertTrue(Double.isNaN(loss(frames, AT)));
        assertEquals(1, scalar(hit, Scalars.SKIPPED));
        assertEquals(0, scalar(frames.get(AT), Scalars.SKIPPED), "the next step is healthy");
        assertTrue(Double.isFinite(loss(frames, AT + 1)));
    }

    @Test
    void anOverflowIsInfiniteInTheForwardPassAndHalvesTheLossScale() {
        List<Frame> frames = train("fp16-overflow@" + AT, Precision.FP16);
        sameBefore(frames, Precision.FP16);
        Frame hit = frames.get(AT - 1);
        assertEquals(Site.of(Hook.MLP_HIDDEN, LAYERS / 2), first(hit, "inf"));
        assertEquals(1, scalar(hit, Scalars.SKIPPED));
        assertEquals(
                scalar(hit, Scalars.LOSS_SCALE) / 2, scalar(frames.get(AT), Scalars.LOSS_SCALE), "one halving a step");
        assertEquals(0, scalar(frames.getLast(), Scalars.SKIPPED), "it is over before the end");
        assertEquals(Precision.FP16.largest(), scalar(hit, Scalars.FORWARD_LIMIT));
    }

    @Test
    void faultsInTheDataChangeWhatIsReadAndNotWhatItIsCalled() {
        List<Frame> healthy = train("none", Precision.FP32);
        for (String kind : List.of("repeated-token", "shuffled-bytes", "foreign-source")) {
            List<Frame> frames = train(kind + "@" + AT, Precision.FP32);
            sameBefore(frames, Precision.FP32);
            assertTrue(Math.abs(loss(frames, AT) - loss(frames, AT - 1)) > 0.5, kind + ": " + loss(frames, AT));
            assertEquals(sequences(healthy, AT), sequences(frames, AT), kind);
        }
    }

    @Test
    void duplicatesComeFromTheFirstBatchAndAShiftFromOneSource() {
        List<Frame> again = train("duplicate-data@" + AT, Precision.FP32);
        sameBefore(again, Precision.FP32);
        assertEquals(sequences(again, 1), sequences(again, AT));
        assertEquals(sequences(again, 1), sequences(again, AT + 1));
        List<Frame> shifted = train("mixture-shift@" + AT, Precision.FP32);
        assertEquals(List.of("numbers", "prose"), sources(shifted.subList(0, AT - 1)));
        assertEquals(List.of("numbers"), sources(shifted.subList(AT - 1, STEPS)));
    }

    @Test
    void faultsOfTheOptimiserAreInItsSettings() {
        List<Frame> diverging = train("slow-divergence@" + AT, Precision.FP32);
        sameBefore(diverging, Precision.FP32);
        assertEquals(0.03, scalar(diverging.getLast(), Scalars.LEARNING_RATE), 1e-9);
        List<Frame> forgetful = train("adam-beta2@" + AT, Precision.FP32);
        sameBefore(forgetful, Precision.FP32);
        assertEquals(0.95, scalar(forgetful.get(AT - 2), Scalars.ADAM_BETA2), 1e-7);
        assertEquals(0.1, scalar(forgetful.get(AT - 1), Scalars.ADAM_BETA2), 1e-7);
        // A guard far above the moments all but stops the updates.
        List<Frame> stiff = train("adam-epsilon@" + AT, Precision.FP32);
        sameBefore(stiff, Precision.FP32);
        double usual = updates(train("none", Precision.FP32), AT);
        assertTrue(updates(stiff, AT) < 0.5 * usual, updates(stiff, AT) + " of " + usual);
        List<Frame> stuck = train("stuck-loss-scale@" + AT, Precision.FP16);
        sameBefore(stuck, Precision.FP16);
        assertEquals(1, scalar(stuck.get(AT - 1), Scalars.LOSS_SCALE));
        assertEquals(1, scalar(stuck.getLast(), Scalars.LOSS_SCALE));
    }

    @Test
    void faultsInTheWeightsStayThere() {
        List<Frame> flipped = train("bit-flip@" + AT, Precision.FP32);
        sameBefore(flipped, Precision.FP32);
        assertTrue(!(loss(flipped, AT) < loss(flipped, AT - 1) + 1), "one weight of 2^128: " + loss(flipped, AT));
        List<Frame> dead = train("dead-units@" + AT, Precision.FP32);
        sameBefore(dead, Precision.FP32);
        int middle = LAYERS / 2;
        assertTrue(value(dead.get(AT - 2), "dead_fraction", Site.of(Hook.MLP_HIDDEN, middle)) < 0.1);
        assertEquals(0.5, value(dead.get(AT - 1), "dead_fraction", Site.of(Hook.MLP_HIDDEN, middle)), 0.05);
        assertEquals(0.5, value(dead.getLast(), "dead_fraction", Site.of(Hook.MLP_HIDDEN, middle)), 0.05);
        List<Frame> sharp = train("attention-logits@" + (AT - 20), Precision.FP32);
        assertTrue(value(sharp.getLast(), "attention_logit_max", Site.of(Hook.ATTENTION_LOGITS, middle))
                > 20 * value(sharp.get(AT - 22), "attention_logit_max", Site.of(Hook.ATTENTION_LOGITS, middle)));
    }

    private static double value(Frame frame, String metric, Site site) {
        Column column = frame.sites().column(metric).orElseThrow();
        for (int i = 0; i < column.size(); i++) {
            if (frame.sites().sites().get(column.at()[i]).equals(site)) {
                return column.values()[i];
            }
        }
        throw new AssertionError("no " + metric + " at " + site.label() + " in step " + frame.step());
    }

    /** Median update ratio over all parameters in a step. */
    private static double updates(List<Frame> frames, int step) {
        double[] ratios = frames.get(step - 1)
                .sites()
                .column("update_ratio")
                .orElseThrow()
                .values()
                .clone();
        Arrays.sort(ratios);
        return ratios[ratios.length / 2];
    }

    private static List<String> sequences(List<Frame> frames, int step) {
        return frames.get(step - 1).batch().orElseThrow().sequences().stream()
                .map(sequence -> sequence.source() + "@" + sequence.offset())
                .toList();
    }

    private static List<String> sources(List<Frame> frames) {
        return frames.stream()
                .flatMap(frame -> frame.batch().orElseThrow().sequences().stream())
                .map(Batch.Sequence::source)
                .distinct()
                .sorted()
                .toList();
    }

    /** The first site of a frame where a count is above zero. */
    private static Site first(Frame frame, String metric) {
        Column column = frame.sites().column(metric).orElseThrow();
        for (int i = 0; i < column.size(); i++) {
            if (column.values()[i] > 0) {
                return frame.sites().sites().get(column.at()[i]);
            }
        }
        throw new AssertionError("no site with " + metric + " at step " + frame.step());
    }

    private static void sameBefore(List<Frame> frames, Precision precision) {
        List<Frame> healthy = train("none", precision);
        for (int step = 1; step < AT; step++) {
            assertEquals(loss(healthy, step), loss(frames, step), "loss of step " + step);
        }
        assertFalse(loss(healthy, STEPS) == loss(frames, STEPS), "a fault leaves a trace");
    }

    private static List<Frame> train(String fault, Precision precision) {
        List<Telemetry> sent = new ArrayList<>();
        Instruments<Tensor> instruments = Small.instruments(sent::add, Probes.of(Pack.FORENSIC));
        // Planned for far longer, so that the rate is still near its peak at the fault.
        TrainingSpec training = Small.training(10 * STEPS, 4, precision);
        Fault planned = Fault.parse(fault);
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(SPEC, training, planned, instruments, workers)) {
            Trainer trainer = new Trainer(
                    new Recipe(SPEC, training, Small.twoSources(), planned), model, instruments, System::nanoTime);
            for (int i = 0; i < STEPS; i++) {
                trainer.step();
            }
        }
        // Between the frames there may be events, such as the governor's.
        return sent.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
    }

    private static double loss(List<Frame> frames, int step) {
        return scalar(frames.get(step - 1), Scalars.LOSS);
    }

    private static double scalar(Frame frame, String name) {
        return frame.scalars().find(name).orElseThrow();
    }
}
