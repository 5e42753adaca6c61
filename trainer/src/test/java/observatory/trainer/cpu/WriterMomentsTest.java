package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.HostTensor;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.Question;
import observatory.probe.Reducer;
import observatory.probe.Reduction;
import observatory.probe.RunId;
import observatory.probe.SampleSink;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import observatory.probe.builtin.Probes;
import observatory.probe.host.HostReductions;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import org.junit.jupiter.api.Test;

/** Operations measure what they write, and what they say of a tensor is what it holds. */
class WriterMomentsTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 40, 48, 53, Norm.LAYERNORM);
    /** No tenth step, at which all hooks are looked at anyway. */
    private static final int STEP = 7;

    /** What is made for observers part by part, and not kept where parts are enough. */
    private static final Set<Hook> PASSING = Set.of(Hook.NORMALISED_GRADIENT, Hook.ADAM_DIRECTION, Hook.SECOND_MOMENT);

    private static final Reduction.ToMoments MOMENTS = new Reduction.ToMoments();

    private final List<Telemetry> sent = new ArrayList<>();

    @Test
    void areThoseOfPlainSumsOverTheTensorTheyLeave() {
        Map<Site, Both> seen = seen(List.of(MOMENTS, new Reduction.ToShape()));
        seen.forEach((site, both) -> {
            assertEquals(both.read.count(), both.written.count(), site.label());
            assertEquals(both.read.absMax(), both.written.absMax(), site.label());
            assertEquals(
                    both.read.sumOfSquares(),
                    both.written.sumOfSquares(),
                    1e-5 * both.read.sumOfSquares(),
                    site.label());
        });
        Set<Hook> measured = seen.keySet().stream().map(Site::hook).collect(Collectors.toSet());
        assertTrue(
                measured.containsAll(
                        Set.of(Hook.ATTENTION_NORM, Hook.RESIDUAL_MID, Hook.MLP_NORM, Hook.FINAL_NORM, Hook.LOGITS)),
                "measured by their writers: " + measured);
    }

    @Test
    void areTheSameWhereNobodyAsksForMoreAndTheTensorIsNotKept() {
        Map<Site, Both> whole = seen(List.of(MOMENTS, new Reduction.ToShape()));
        Map<Site, Both> momentsOnly = seen(List.of(MOMENTS));
        assertEquals(whole.keySet(), momentsOnly.keySet());
        momentsOnly.forEach((site, both) -> {
            assertEquals(whole.get(site).written, both.written, site.label());
            boolean kept = !PASSING.contains(site.hook());
            assertEquals(kept, both.read != null, site.label());
        });
    }

    @Test
    void aNormThatBreaksIsFlaggedFirstAtAnyStepOfTheContinuousPack() {
        Instruments<Tensor> instruments = instruments(new CpuReducer(), Probes.of(Pack.CONTINUOUS));
        step(
                instruments,
                model -> model.parameters().stream()
                        .filter(parameter ->
                                parameter.gradientSite().equals(new Site(Hook.GRADIENT, 1, "mlp.norm.gain")))
                        .forEach(gain -> gain.weight().set(3, Float.NaN)));
        Frame frame = (Frame) sent.getFirst();
        Column broken = frame.sites().column("nan").orElseThrow();
        for (int i = 0; i < broken.size(); i++) {
            if (broken.values()[i] > 0) {
                assertEquals(Site.of(Hook.MLP_NORM, 1), frame.sites().sites().get(broken.at()[i]));
                assertEquals(4 * SPEC.context(), broken.values()[i], "one of each token's numbers");
                return;
            }
        }
        throw new AssertionError("nothing was flagged");
    }

    private Instruments<Tensor> instruments(Reducer<Tensor> reducer, List<? extends Question> probes) {
        Instruments<Tensor> instruments = new Instruments<>(
                new Origin(new RunId("written"), 0, new UUID(0, 1), 0),
                reducer,
                sent::add,
                InstantSource.fixed(Instant.EPOCH),
                System::nanoTime);
        instruments.install(probes);
        return instruments;
    }

    private static void step(Instruments<Tensor> instruments, Consumer<CpuModel> change) {
        try (Workers workers = new Workers(2);
                CpuModel model =
                        new CpuModel(SPEC, Small.training(9, 4, Precision.FP32), Fault.NONE, instruments, workers)) {
            change.accept(model);
            instruments.beginStep(STEP);
            model.step(List.of(Small.batch(SPEC, 4, 3)), Small.settings(STEP, Precision.FP32, 1));
            instruments.endStep();
        }
    }

    /** What was seen of tensors that were measured as they were written, by those who ask for these reductions. */
    private Map<Site, Both> seen(List<Reduction<?>> asked) {
        Map<Site, Both> seen = new LinkedHashMap<>();
        step(
                instruments(
                        new Twice(),
                        asked.stream().map(one -> new Comparing(seen, one)).toList()),
                Small::scatter);
        return seen;
    }

    /**
     * Moments as the writer of a tensor took them, and as a read of the tensor gives them; null where it was not kept.
     */
    private record Both(Moments written, Moments read) {}

    /** Keeps those of tensors that were measured as they were written. */
    private record Comparing(Map<Site, Both> seen, Reduction<?> asked) implements EveryTensor {
        @Override
        @SuppressWarnings("unchecked")
        public Reduction<Object> reduction() {
            return (Reduction<Object>) asked;
        }

        @Override
        public void read(Site site, Object both, SampleSink out) {
            if (((Both) both).written != null) {
                seen.put(site, (Both) both);
            }
        }
    }

    private static final class Twice implements Reducer<Tensor> {
        private final Map<Integer, Both> results = new HashMap<>();

        @Override
        public void enqueue(int slot, Reduction<?> reduction, Tensor tensor, Tensor other) {
            results.put(slot, new Both(tensor.measured(MOMENTS).orElse(null), read(tensor)));
        }

        private static Moments read(Tensor tensor) {
            if (tensor.data().byteSize() == 0) {
                return null;
            }
            HostTensor copy = new HostTensor(tensor.toArray(), tensor.rows(), tensor.columns());
            return (Moments) HostReductions.whole(MOMENTS, copy);
        }

        @Override
        public void flush() {
            // Done at once.
        }

        @Override
        public Object result(int slot) {
            return results.get(slot);
        }
    }
}
