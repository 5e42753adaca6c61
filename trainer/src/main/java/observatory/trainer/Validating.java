package observatory.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import observatory.probe.Scalars;

/** The loss on held-back sequences: of each source, and the mean over all sequences. Changes nothing in the model. */
public final class Validating {
    private final Sampling sampling;
    private final TrainingSpec training;
    private final Model model;

    public Validating(Sampling sampling, TrainingSpec training, Model model) {
        this.sampling = sampling;
        this.training = training;
        this.model = model;
    }

    /** Puts the losses beside the other numbers of a step, where it is one to validate after. */
    void after(long step, Scalars.Builder scalars) {
        if (training.validation().due(step)) {
            double sum = 0;
            int count = 0;
            for (Map.Entry<String, double[]> source : losses().entrySet()) {
                scalars.put(Scalars.VALIDATION_LOSS + "/" + source.getKey(), Trainer.mean(source.getValue()));
                sum += Trainer.mean(source.getValue()) * source.getValue().length;
                count += source.getValue().length;
            }
            if (count > 0) {
                scalars.put(Scalars.VALIDATION_LOSS, sum / count);
            }
        }
    }

    /**
     * The losses of the held-back sequences by source, in nats per token; sources too short to hold any are left out.
     */
    public Map<String, double[]> losses() {
        Map<String, double[]> losses = new LinkedHashMap<>();
        for (Corpus.Source source : sampling.corpus().sources()) {
            TokenBatch held = sampling.heldBack(source, training.validation().sequences());
            if (held.size() > 0) {
                double[] all = new double[held.size()];
                // No rank's model holds more at once than its own part of a batch.
                int micro = Math.min(
                        training.batching().micro(),
                        training.batch() / training.batching().ranks());
                for (int from = 0; from < all.length; from += micro) {
                    int to = Math.min(all.length, from + micro);
                    System.arraycopy(model.evaluate(held.rows(from, to)), 0, all, from, to - from);
                }
                losses.put(source.name(), all);
            }
        }
        return losses;
    }
}
