package observatory.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import observatory.probe.Instruments;
import observatory.probe.RunEvent;
import observatory.trainer.Model.Outcome;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.Sampling.Draw;
import observatory.trainer.fault.Pathology;

/**
 * The training loop of one rank, one step a call. Steps count from 1. A step whose gradient is not finite is skipped
 * and says so, so one bad step does not end the run. Not thread-safe: a trainer belongs to its thread.
 */
public final class Trainer {
    private final Recipe recipe;
    private final TrainingSpec spec;
    private final Sampling sampling;
    private final Model model;
    private final Instruments<?> instruments;
    private final Pathology.Copy copy;
    private final LongSupplier nanos;
    private final Telling telling;

    private TrainerState state;
    private DoubleSupplier measuredPeak = () -> 0;
    private double peakFlops;

    /** What a step came to. */
    public record Result(long step, double loss, double gradientNorm, boolean skipped, double seconds) {}

    /** The only rank there is. */
    public Trainer(Recipe recipe, Model model, Instruments<?> instruments, LongSupplier nanos) {
        this(recipe, model, instruments, new Pathology.Copy(0, 1), nanos);
    }

    public Trainer(Recipe recipe, Model model, Instruments<?> instruments, Pathology.Copy copy, LongSupplier nanos) {
        this.recipe = recipe;
        this.spec = recipe.training();
        this.sampling = new Sampling(recipe.corpus(), recipe.model(), spec);
        this.model = model;
        this.instruments = instruments;
        this.copy = copy;
        this.nanos = nanos;
        this.telling = new Telling(recipe.model(), copy, model, new Validating(sampling, spec, model));
        this.state = TrainerState.start(spec);
    }

    /**
     * From now on frames say what matrix products reach here, so that utilisation can be told.
     *
     * @param flopsPerSecond measures it, 0 where it cannot; asked again after a step that was faster: the machine was
     * busy with something else when it was measured
     */
    public void peak(DoubleSupplier flopsPerSecond) {
        measuredPeak = flopsPerSecond;
    }

    /** Tells whoever watches what is about to be trained. */
    public void begin(Map<String, String> manifest) {
        instruments.event(RunEvent.Kind.START, manifest);
    }

    /** Tells whoever watches that nothing more will come, and waits until that and all before it is told. */
    public void end(String reason) {
        instruments.event(RunEvent.Kind.END, Map.of("reason", reason, "steps", Long.toString(state.step())));
        instruments.await();
    }

    public boolean done() {
        return state.step() >= spec.steps();
    }

    public TrainerState state() {
        return state;
    }

    /** Goes on from another state; the model's tensors have to be those that belong to it. */
    public void restore(TrainerState other) {
        state = other;
    }

    public Result step() {
        long began = nanos.getAsLong();
        long step = state.step() + 1;
        instruments.beginStep(step);

        strike(step);
        TokenBatch batch = batch(step);
        double dataSeconds = (nanos.getAsLong() - began) / 1e9;
        StepSettings settings = settings(step);
        Outcome outcome = model.step(passes(batch), settings);
        TrainerState before = state;
        int sequences = batchSize(before);
        state = before.after(sequences, (long) sequences * batch.context(), outcome.skipped());

        double seconds = (nanos.getAsLong() - began) / 1e9;
        Result result = new Result(step, mean(outcome.losses()), outcome.gradientNorm(), outcome.skipped(), seconds);
        if (instruments.watched()) {
            instruments.note(telling.facts(
                    new Telling.Taken(result, batch, outcome, settings, dataSeconds, peak(batch, seconds)), sequences));
        }
        instruments.endStep();
        return result;
    }

    /** What matrix products reach here at least, 0 where that is not measured. */
    private double peak(TokenBatch batch, double seconds) {
        double reached = ModelGemms.flops(recipe.model(), batch.size(), batch.context()) / seconds;
        if (reached > peakFlops) {
            double measured = measuredPeak.getAsDouble();
            peakFlops = measured > 0 ? Math.max(reached, measured) : 0;
        }
        return peakFlops;
    }

    private int batchSize(TrainerState before) {
        return spec.batching().size(before.step() + 1, before.tokens());
    }

    /** This rank's sequences of the step. */
    private TokenBatch batch(long step) {
        int each = batchSize(state) / copy.ranks();
        int context = spec.batching().curriculum().length(step, recipe.model().context());
        Draw draw = new Draw(state.samples() + (long) copy.rank() * each, each, context, spec.mixture());
        long place = place(step);
        if (at(place) instanceof Pathology.InDrawing fault) {
            draw = fault.instead(draw, recipe.corpus(), copy);
        }
        TokenBatch drawn = sampling.draw(draw);
        if (at(place) instanceof Pathology.InTokens fault) {
            drawn = fault.instead(drawn, recipe.model(), place);
        }
        return recipe.edit().edit(step, drawn);
    }

    /**
     * The step that the next samples were meant for: what is wrong with data lies in the data, so a run that leaves
     * samples out leaves out what is wrong with them. Where batches grow, samples tell no step, and the step is itself.
     */
    private long place(long step) {
        return spec.batching().ramp().equals(Batching.Ramp.NONE) ? state.samples() / spec.batch() + 1 : step;
    }

    private List<TokenBatch> passes(TokenBatch batch) {
        int micro = spec.batching().micro();
        if (batch.size() <= micro) {
            return List.of(batch);
        }
        List<TokenBatch> passes = new ArrayList<>();
        for (int from = 0; from < batch.size(); from += micro) {
            passes.add(batch.rows(from, Math.min(batch.size(), from + micro)));
        }
        return passes;
    }

    private StepSettings settings(long step) {
        StepSettings planned = new StepSettings(
                step,
                state.updates() + 1,
                spec.rate(step) * state.rateFactor(),
                spec.clip(),
                state.scaler().scale(),
                spec.adam(),
                state.precision());
        return recipe.settings()
                .edit(at(step) instanceof Pathology.InSettings fault ? fault.instead(planned, spec) : planned);
    }

    private void strike(long step) {
        if (at(step) instanceof Pathology.InWeights fault) {
            fault.strike(model.state(), recipe.model(), copy);
        }
    }

    private Pathology at(long step) {
        return recipe.fault().active(step) ? recipe.fault().kind().pathology() : Pathology.None.NONE;
    }

    static double mean(double[] losses) {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum / losses.length;
    }
}
