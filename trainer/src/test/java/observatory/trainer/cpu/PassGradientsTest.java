package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Schedule;
import observatory.probe.builtin.GradientNoise;
import observatory.trainer.Fault;
import observatory.trainer.Model.Micro;
import observatory.trainer.Model.Outcome;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import org.junit.jupiter.api.Test;

/** What a step says of the gradients of its passes, against steps that have one of these passes alone. */
class PassGradientsTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 24, 16, 61, Norm.LAYERNORM);
    private static final int SEQUENCES = 8;
    private static final double SCALE = 64;

    private final TokenBatch batch = Small.batch(SPEC, SEQUENCES, 12);
    private final List<TokenBatch> passes =
            Stream.of(batch.rows(0, 3), batch.rows(3, 6), batch.rows(6, 8)).toList();

    @Test
    void areThoseOfEveryPassOnItsOwnWeighedByTheirSequences() {
        double weighted = 0;
        for (TokenBatch pass : passes) {
            double norm = step(watched(), List.of(pass)).outcome.gradientNorm();
            weighted += pass.size() * norm * norm;
        }
        Micro micro = step(watched(), passes).outcome.micro().orElseThrow();
        assertEquals(SEQUENCES / 3.0, micro.sequences(), 1e-12);
        assertEquals(weighted / SEQUENCES, micro.gradientSquare(), 1e-5 * weighted / SEQUENCES);
    }

    @Test
    void costNothingWhereNobodyAsksAndChangeNoBitWhereSomebodyDoes() {
        Taken unwatched = step(Small.unwatched(), passes);
        assertEquals(Optional.empty(), unwatched.outcome.micro());
        assertEquals(Optional.empty(), step(watched(), List.of(batch)).outcome.micro(), "one pass has none beside it");
        assertEquals(unwatched.fingerprint, step(watched(), passes).fingerprint);
    }

    @Test
    void aPassWithoutAFiniteGradientSaysSo() {
        Instruments<Tensor> instruments = watched();
        try (Workers workers = new Workers(2);
                CpuModel model = model(instruments, workers)) {
            model.parameters().getLast().weight().set(0, Float.NaN);
            assertTrue(Double.isNaN(
                    take(model, instruments, passes, 1).micro().orElseThrow().gradientSquare()));
            model.parameters().getLast().weight().set(0, 1);
            assertTrue(
                    take(model, instruments, passes, 2).micro().orElseThrow().gradientSquare() > 0,
                    "and the next step is whole");
        }
    }

    private record Taken(Outcome outcome, String fingerprint) {}

    private static Taken step(Instruments<Tensor> instruments, List<TokenBatch> passes) {
        try (Workers workers = new Workers(2);
                CpuModel model = model(instruments, workers)) {
            return new Taken(take(model, instruments, passes, 1), model.fingerprint());
        }
    }

    private static Outcome take(CpuModel model, Instruments<Tensor> instruments, List<TokenBatch> passes, long step) {
        instruments.beginStep(step);
        Outcome outcome = model.step(passes, Small.settings(step, Precision.FP32, SCALE));
        instruments.endStep();
        return outcome;
    }

    private static CpuModel model(Instruments<Tensor> instruments, Workers workers) {
        return new CpuModel(SPEC, Small.training(9, SEQUENCES, Precision.FP32), Fault.NONE, instruments, workers);
    }

    private static Instruments<Tensor> watched() {
        FrameSink sink = item -> true;
        return Small.instruments(sink, List.of(new GradientNoise(Schedule.everyStep())));
    }
}
