package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Set;
import observatory.probe.FrameSink;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.probe.Pack;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.builtin.Probes;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Observing changes nothing, and neither does the number of threads: the same weights to the last bit. */
class DeterminismTest {
    private static final int STEPS = 40;
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 72, 48, 256, Norm.LAYERNORM);

    @ParameterizedTest
    @EnumSource(Precision.class)
    void threadsDoNotChangeTheWeights(Precision precision) {
        String one = train(precision, 1, Small.unwatched(), 1);
        assertEquals(one, train(precision, 2, Small.unwatched(), 1), "two threads");
        assertEquals(one, train(precision, 3, Small.unwatched(), 1), "three threads, warm");
        assertNotEquals(one, train(precision, 2, Small.unwatched(), 2), "another seed");
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void probesDoNotChangeTheWeights(Precision precision) {
        FrameSink listening = item -> true;
        String off = train(precision, 2, Small.unwatched(), 1);
        for (Pack pack : Pack.values()) {
            Instruments<Tensor> watched = Small.instruments(listening, Probes.of(pack));
            assertEquals(off, train(precision, 2, watched, 1), "pack " + pack.label());
        }
        assertEquals(off, train(precision, 2, Small.instruments(listening, List.of(new Throwing())), 1), "throwing");
        assertEquals(off, train(precision, 2, Small.instruments(item -> false, Probes.of(Pack.PROFILE)), 1), "full");
    }

    @Test
    void precisionDoes() {
        assertNotEquals(train(Precision.FP32, 2, Small.unwatched(), 1), train(Precision.FP16, 2, Small.unwatched(), 1));
    }

    private static String train(Precision precision, int threads, Instruments<Tensor> instruments, long seed) {
        TrainingSpec training = new TrainingSpec(STEPS, 3, 3e-3, 5, 1, precision, seed);
        try (Workers workers = new Workers(threads);
                CpuModel model = new CpuModel(SPEC, training, Fault.NONE, instruments, workers)) {
            Trainer trainer = Small.trainer(SPEC, training, Fault.NONE, model, instruments);
            while (!trainer.done()) {
                trainer.step();
            }
            return model.fingerprint();
        }
    }

    private record Throwing() implements Probe<Moments> {
        @Override
        public Set<Hook> hooks() {
            return Set.of(Hook.values());
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
            throw new OutOfMemoryError("on purpose");
        }
    }
}
