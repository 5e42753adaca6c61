package observatory.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Batch;
import observatory.probe.Scalars;
import observatory.probe.StepFacts;
import observatory.probe.Tokens;
import observatory.trainer.Model.Outcome;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.fault.Pathology;

/** What a step tells of itself that is no tensor: numbers by name, and the sequences it was trained on. */
final class Telling {
    /** Steps between two checks whether all ranks have the same weights. */
    private static final int WEIGHTS_EVERY = 10;

    private final ModelSpec spec;
    private final Pathology.Copy copy;
    private final Model model;
    private final Validating validating;

    Telling(ModelSpec spec, Pathology.Copy copy, Model model, Validating validating) {
        this.spec = spec;
        this.copy = copy;
        this.model = model;
        this.validating = validating;
    }

    /**
     * A step that was taken.
     *
     * @param peakFlops of the machine, 0 where it was not measured
     */
    record Taken(
            Trainer.Result result,
            TokenBatch batch,
            Outcome outcome,
            StepSettings settings,
            double dataSeconds,
            double peakFlops) {}

    /** @param sequences of the step over all ranks */
    StepFacts facts(Taken taken, int sequences) {
        TokenBatch batch = taken.batch;
        Scalars.Builder scalars = new Scalars.Builder()
                .put(Scalars.LOSS, taken.result.loss())
                .put(Scalars.GRADIENT_NORM, taken.result.gradientNorm())
                .put(Scalars.LEARNING_RATE, taken.settings.learningRate())
                .put(Scalars.SKIPPED, taken.result.skipped() ? 1 : 0)
                .put(Scalars.FORWARD_LIMIT, taken.settings.precision().largest())
                .put(Scalars.TOKENS, batch.inputs().length)
                .put(Scalars.MODEL_FLOPS, ModelGemms.flops(spec, batch.size(), batch.context()))
                .put(Scalars.BATCH_SEQUENCES, sequences)
                .put(Scalars.BATCH_CHECK, Fingerprint.check(batch))
                .put(Scalars.ADAM_BETA2, taken.settings.adam().beta2())
                .put(Scalars.HEAD_WIDTH, spec.headWidth())
                .put(Scalars.DATA_SECONDS, taken.dataSeconds)
                .put(Scalars.FORWARD_SECONDS, taken.outcome.phases().forward())
                .put(Scalars.BACKWARD_SECONDS, taken.outcome.phases().backward())
                .put(Scalars.OPTIMISER_SECONDS, taken.outcome.phases().optimiser())
                .put(Scalars.STEP_SECONDS, taken.result.seconds());
        if (taken.peakFlops > 0) {
            scalars.put(Scalars.PEAK_FLOPS, taken.peakFlops);
        }
        if (taken.settings.precision().scaled()) {
            scalars.put(Scalars.LOSS_SCALE, taken.settings.lossScale());
        }
        taken.outcome
                .micro()
                .ifPresent(micro -> scalars.put(Scalars.MICRO_BATCH_SEQUENCES, micro.sequences())
                        .put(Scalars.MICRO_GRADIENT_SQUARE, micro.gradientSquare()));
        if (copy.ranks() > 1 && taken.result.step() % WEIGHTS_EVERY == 0) {
            scalars.put(Scalars.WEIGHTS_CHECK, Fingerprint.check(model.state()));
        }
        if (copy.rank() == 0) {
            validating.after(taken.result.step(), scalars);
        }
        List<Batch.Sequence> read = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            TokenBatch.Place place = batch.places().get(i);
            read.add(new Batch.Sequence(
                    place.source(), place.offset(), taken.outcome.losses()[i]));
        }
        return new StepFacts(scalars.build(), Optional.of(new Batch(read)), new Tokens(batch.inputs(), batch.size()));
    }
}
