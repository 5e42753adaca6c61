package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Reducer;
import observatory.probe.Reduction;
import observatory.probe.RunId;
import observatory.probe.SampleSink;
import observatory.probe.Site;
import observatory.trainer.Adam;
import observatory.trainer.Fault;
import observatory.trainer.Model;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import org.junit.jupiter.api.Test;

/** The tensors that are made for observers alone, against plain double arithmetic on the tensors of the model. */
class ObserverTensorsTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 3, 24, 12, 31, Norm.LAYERNORM);
    private static final double SCALE = 8;

    private final Map<Site, List<float[]>> seen = new LinkedHashMap<>();
    private final Instruments<Tensor> instruments = new Instruments<>(
            new Origin(new RunId("seen"), 0, new UUID(0, 1), 0),
            new Copying(),
            item -> true,
            InstantSource.fixed(Instant.EPOCH),
            () -> 0);

    @Test
    void logZIsTheLogarithmOfTheSumOfExponentials() {
        step(List.of(Small.batch(SPEC, 3, 1)));
        float[] logits = only(Site.of(Hook.LOGITS, Site.NO_LAYER));
        float[] logZ = only(Site.of(Hook.LOG_Z, Site.NO_LAYER));
        assertEquals(3 * SPEC.context(), logZ.length);
        for (int row = 0; row < logZ.length; row++) {
            double sum = 0;
            for (int v = 0; v < SPEC.vocabulary(); v++) {
                sum += Math.exp(logits[row * SPEC.vocabulary() + v]);
            }
            assertEquals(Math.log(sum), logZ[row], 1e-5);
        }
    }

    @Test
    void attentionIsThatOfQueriesAndKeys() {
        step(List.of(Small.batch(SPEC, 2, 4)));
        int c = SPEC.width();
        int d = SPEC.headWidth();
        int t = SPEC.context();
        for (int layer = 0; layer < SPEC.layers(); layer++) {
            float[] qkv = only(Site.of(Hook.QKV, layer));
            float[] logits = only(Site.of(Hook.ATTENTION_LOGITS, layer));
            float[] entropies = only(Site.of(Hook.ATTENTION_ENTROPY, layer));
            for (int query = 0; query < 2 * t; query++) {
                for (int head = 0; head < SPEC.heads(); head++) {
                    int first = query / t * t;
                    double[] scores = new double[query - first + 1];
                    double largest = 0;
                    double sum = 0;
                    for (int key = first; key <= query; key++) {
                        double score = 0;
                        for (int i = 0; i < d; i++) {
                            score += (double) qkv[query * 3 * c + head * d + i] * qkv[key * 3 * c + c + head * d + i];
                        }
                        scores[key - first] = score / Math.sqrt(d);
                        largest = Math.max(largest, Math.abs(scores[key - first]));
                        sum += Math.exp(scores[key - first]);
                    }
                    double entropy = 0;
                    for (double score : scores) {
                        double p = Math.exp(score) / sum;
                        entropy -= p * Math.log(p);
                    }
                    double share = scores.length == 1 ? 1 : entropy / Math.log(scores.length);
                    assertEquals(largest, logits[query * SPEC.heads() + head], 1e-5);
                    assertEquals(share, entropies[query * SPEC.heads() + head], 1e-5);
                }
            }
        }
    }

    @Test
    void gradientsOfSequencesAddUpAndEachIsWhatItsSequenceAloneWouldGive() {
        TokenBatch both = Small.batch(SPEC, 2, 5);
        step(List.of(both));
        Map<Site, List<float[]>> together = Map.copyOf(seen);
        List<Site> gains = together.keySet().stream()
                .filter(site -> site.hook() == Hook.NORM_EXAMPLE_GRADIENT)
                .toList();
        assertEquals(2 * SPEC.layers() + 1, gains.size(), "two norms a layer and the last");
        for (int sequence = 0; sequence < 2; sequence++) {
            seen.clear();
            step(List.of(both.rows(sequence, sequence + 1)));
            for (Site gain : gains) {
                float[] alone = only(new Site(Hook.GRADIENT, gain.layer(), gain.parameter()));
                float[] own = together.get(gain).getFirst();
                for (int i = 0; i < SPEC.width(); i++) {
                    assertEquals(alone[i] / 2, own[sequence * SPEC.width() + i], 1e-6, gain.label());
                }
            }
        }
    }

    @Test
    void aSequenceCountsTheSameInAPassOfItsOwn() {
        TokenBatch both = Small.batch(SPEC, 2, 5);
        step(List.of(both.rows(0, 1), both.rows(1, 2)));
        Site gain = new Site(Hook.NORM_EXAMPLE_GRADIENT, 0, "mlp.norm.gain");
        List<float[]> passes = seen.get(gain);
        float[] gradient = only(new Site(Hook.GRADIENT, 0, "mlp.norm.gain"));
        assertEquals(2, passes.size());
        for (int i = 0; i < SPEC.width(); i++) {
            assertEquals(gradient[i], (passes.get(0)[i] + passes.get(1)[i]) / 2, 1e-6, "each is the mean of its pass");
        }
    }

    @Test
    void ratiosOfAdamAreThoseOfItsOwnArithmetic() {
        step(List.of(Small.batch(SPEC, 2, 6)), List.of(Small.batch(SPEC, 2, 7)));
        double b1 = Adam.STANDARD.beta1();
        double b2 = Adam.STANDARD.beta2();
        int compared = 0;
        for (Site site : List.copyOf(seen.keySet())) {
            if (site.hook() != Hook.GRADIENT) {
                continue;
            }
            List<float[]> g = seen.get(site);
            float[] ratio = at(Hook.NORMALISED_GRADIENT, site).get(1);
            float[] direction = at(Hook.ADAM_DIRECTION, site).get(1);
            float[] root = at(Hook.SECOND_MOMENT, site).get(1);
            for (int i = 0; i < ratio.length; i++) {
                double first = g.get(0)[i];
                double second = g.get(1)[i];
                double v = (b2 * (1 - b2) * first * first + (1 - b2) * second * second) / (1 - b2 * b2);
                double m = (b1 * (1 - b1) * first + (1 - b1) * second) / (1 - b1 * b1);
                if (Math.sqrt(v) > 1e-6) {
                    assertEquals(second / Math.sqrt(v), ratio[i], 2e-3, site.label());
                    assertEquals(m / (Math.sqrt(v) + 1e-8), direction[i], 2e-3, site.label());
                    assertEquals(1, root[i] / Math.sqrt(v), 2e-3, site.label());
                    compared++;
                }
            }
        }
        assertTrue(compared > 10_000, "compared=" + compared);
    }

    @Test
    void weightsAreMatricesAndGainsAreGains() {
        step(List.of(Small.batch(SPEC, 1, 8)));
        assertEquals(
                Set.of("attention.norm.gain", "mlp.norm.gain", "final.norm.gain"),
                Set.copyOf(seen.keySet().stream()
                        .filter(site -> site.hook() == Hook.NORM_GAIN)
                        .map(Site::parameter)
                        .toList()));
        assertTrue(seen.containsKey(new Site(Hook.WEIGHT, 1, "mlp.down")));
        assertTrue(seen.containsKey(new Site(Hook.WEIGHT, Site.NO_LAYER, "embedding.token")));
    }

    private List<float[]> at(Hook hook, Site parameter) {
        return seen.get(new Site(hook, parameter.layer(), parameter.parameter()));
    }

    private float[] only(Site site) {
        assertEquals(1, seen.getOrDefault(site, List.of()).size(), site.label());
        return seen.get(site).getFirst();
    }

    /** Takes steps of a fresh model, each with its passes; a clip no gradient reaches, and no weight decay. */
    @SafeVarargs
    private void step(List<TokenBatch>... steps) {
        int largest = steps[0].stream().mapToInt(TokenBatch::size).max().orElseThrow();
        instruments.install(List.of(new Catching(seen)));
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(
                        SPEC, Small.training(9, largest, Precision.FP32), Fault.NONE, instruments, workers)) {
            Small.scatter(model);
            for (int i = 0; i < steps.length; i++) {
                instruments.beginStep(i + 1);
                Model.StepSettings settings =
                        new Model.StepSettings(i + 1, i + 1, 1e-9, 1e9, SCALE, Adam.STANDARD, Precision.FP32);
                model.step(steps[i], settings);
                instruments.endStep();
            }
        }
    }

    /** Asks for every tensor there is, and keeps the copies. */
    private record Catching(Map<Site, List<float[]>> seen) implements EveryTensor {
        @Override
        public void read(Site site, Object copy, SampleSink out) {
            seen.computeIfAbsent(site, s -> new ArrayList<>()).add((float[]) copy);
        }
    }

    /** Whatever is asked for, gives a copy of the tensor. */
    private static final class Copying implements Reducer<Tensor> {
        private final Map<Integer, float[]> copies = new LinkedHashMap<>();

        @Override
        public void enqueue(int slot, Reduction<?> reduction, Tensor tensor, Tensor other) {
            copies.put(slot, tensor.toArray());
        }

        @Override
        public void flush() {
            // Copied at once.
        }

        @Override
        public Object result(int slot) {
            return copies.get(slot);
        }
    }
}
