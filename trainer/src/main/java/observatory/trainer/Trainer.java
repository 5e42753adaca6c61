package observatory.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import observatory.probe.Batch;
import observatory.probe.Instruments;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.StepFacts;

/**
 * The training loop, one step a call. Steps count from 1. A step whose gradient is not finite is skipped and says so,
 * so one bad step does not end the run. Not thread-safe: a trainer belongs to its thread.
 */
public final class Trainer {
    private static final double LR_SURGE = 50;

    private final ModelSpec modelSpec;
    private final TrainingSpec spec;
    private final Corpus corpus;
    private final Fault fault;
    private final Model model;
    private final Instruments<?> instruments;
    private final LongSupplier nanos;

    private LossScaler scaler;
    private long step;

    /** What a step came to. */
    public record Result(long step, double loss, double gradientNorm, boolean skipped, double seconds) {}

    public Trainer(
            ModelSpec modelSpec,
            TrainingSpec spec,
            Corpus corpus,
            Fault fault,
            Model model,
            Instruments<?> instruments,
            LongSupplier nanos) {
        this.modelSpec = modelSpec;
        this.spec = spec;
        this.corpus = corpus;
        this.fault = fault;
        this.model = model;
        this.instruments = instruments;
        this.nanos = nanos;
        this.scaler = LossScaler.of(spec.precision());
    }

    /** Tells whoever watches what is about to be trained. */
    public void begin(Map<String, String> manifest) {
        instruments.event(RunEvent.Kind.START, manifest);
    }

    /** Tells whoever watches that nothing more will come. */
    public void end(String reason) {
        instruments.event(RunEvent.Kind.END, Map.of("reason", reason, "steps", Long.toString(step)));
    }

    public boolean done() {
        return step >= spec.steps();
    }

    public Result step() {
        long began = nanos.getAsLong();
        instruments.beginStep(++step);

        TokenBatch batch = batch();
        double rate = spec.rate(step) * (fault.active(Fault.Kind.LR_SURGE, step) ? LR_SURGE : 1);
        double[] losses = model.forward(batch, step);
        double gradientNorm = model.backward(scaler.scale());
        boolean skipped = !Double.isFinite(gradientNorm);
        if (!skipped) {
            model.update(rate, Math.min(1, spec.clip() / (gradientNorm + 1e-6)));
        }
        double scale = scaler.scale();
        scaler = scaler.after(skipped);

        Result result = new Result(step, mean(losses), gradientNorm, skipped, (nanos.getAsLong() - began) / 1e9);
        if (instruments.watched()) {
            instruments.note(facts(result, batch, losses, new Rates(rate, scale)));
        }
        instruments.endStep();
        return result;
    }

    private TokenBatch batch() {
        TokenBatch drawn = corpus.batch(modelSpec, spec, step);
        return fault.active(Fault.Kind.BAD_BATCH, step) ? BadBatch.instead(drawn, modelSpec, step) : drawn;
    }

    private record Rates(double learning, double lossScale) {}

    private StepFacts facts(Result result, TokenBatch batch, double[] losses, Rates rates) {
        Scalars.Builder scalars = new Scalars.Builder()
                .put(Scalars.LOSS, result.loss())
                .put(Scalars.GRADIENT_NORM, result.gradientNorm())
                .put(Scalars.LEARNING_RATE, rates.learning())
                .put(Scalars.SKIPPED, result.skipped() ? 1 : 0)
                .put(Scalars.FORWARD_LIMIT, spec.precision().largest())
                .put(Scalars.TOKENS, batch.inputs().length)
                .put(Scalars.STEP_SECONDS, result.seconds());
        if (scaler.dynamic()) {
            scalars.put(Scalars.LOSS_SCALE, rates.lossScale());
        }
        List<Batch.Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            TokenBatch.Place place = batch.places().get(i);
            sequences.add(new Batch.Sequence(place.source(), place.offset(), losses[i]));
        }
        return new StepFacts(scalars.build(), Optional.of(new Batch(sequences)));
    }

    private static double mean(double[] losses) {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum / losses.length;
    }
}
