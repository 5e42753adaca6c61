package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import observatory.probe.Frame;
import observatory.probe.Instruments;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.builtin.Throughput;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Test;

/** Utilisation is a share, however busy the machine was when its peak was measured. */
class UtilisationTest {
    private static final ModelSpec SPEC = new ModelSpec(1, 1, 16, 8, 256, Norm.LAYERNORM);

    @Test
    void aStepThatIsFasterThanThePeakHasItMeasuredAgain() {
        long[] paces = {1000, 2000, 500, 500};
        Deque<Double> measured = new ArrayDeque<>(List.of(1.0, 1e30));
        List<Double> told = new ArrayList<>();
        Instruments<Tensor> instruments = Small.instruments(
                item -> item instanceof Frame frame
                        && told.add(frame.scalars()
                                .find(Scalars.MODEL_FLOPS_UTILISATION)
                                .orElseThrow()),
                List.of(new Throughput(Schedule.everyStep())));
        TrainingSpec training = Small.training(paces.length, 2, Precision.FP32);
        AtomicLong pace = new AtomicLong();
        AtomicLong clock = new AtomicLong();
        try (Workers workers = new Workers(1);
                CpuModel model = new CpuModel(SPEC, training, Fault.NONE, instruments, workers)) {
            Trainer trainer = new Trainer(
                    new Recipe(SPEC, training, Small.corpus(), Fault.NONE),
                    model,
                    instruments,
                    () -> clock.addAndGet(pace.get()));
            trainer.peak(measured::pop);
            for (long each : paces) {
                pace.set(each);
                trainer.step();
            }
            instruments.await();
        }
        // The first step is faster than what was measured, and is what the second is compared with; the third is
        // faster.
        assertArrayEquals(
                new double[] {1, 0.5, 0, 0},
                told.stream().mapToDouble(share -> share).toArray(),
                1e-12);
    }
}
