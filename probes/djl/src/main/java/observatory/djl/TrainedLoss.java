package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener.BatchData;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import java.util.Optional;

/**
 * What a trainer trains on. It is evaluated again, as DJL's own evaluators do, until it is known to be the mean
 * cross-entropy of tokens: that is there already where log-Z is measured.
 */
final class TrainedLoss {
    /** Two roundings of one mean in single precision are nearer. */
    private static final double SAME = 1e-5;
    /** Of a smaller loss a weight cannot be told from a rounding. */
    private static final double TELLING = 1e-3;

    private boolean meanOfTokens;

    /** What tokens lose, if cross-entropy is what is trained on and one device has all of them. */
    static Optional<TokenLosses> ofTokens(Trainer trainer, BatchData data) {
        // A subclass may compute what it likes.
        if (trainer.getLoss().getClass() != SoftmaxCrossEntropyLoss.class || trainer.getDevices().length > 1) {
            return Optional.empty();
        }
        return TokenLosses.of(
                data.getPredictions().get(trainer.getDevices()[0]).getFirst(),
                data.getLabels().get(trainer.getDevices()[0]).getFirst());
    }

    /** @param tokens empty where nobody asked what tokens lose, or where it is not known */
    double of(Trainer trainer, BatchData data, Optional<TokenLosses> tokens) {
        double mean = tokens.map(one -> one.mean(0, one.losses().length)).orElse(Double.NaN);
        if (meanOfTokens && tokens.isPresent()) {
            return mean;
        }
        double evaluated = evaluated(trainer, data);
        // Its settings do not change, so once is enough: a weight, another axis, dense labels, probabilities for
        // logits.
        meanOfTokens |= Math.abs(evaluated) > TELLING && Math.abs(mean - evaluated) <= SAME * Math.abs(evaluated);
        return evaluated;
    }

    /** Of several devices the mean, as each has its part of the batch. */
    private static double evaluated(Trainer trainer, BatchData data) {
        double sum = 0;
        for (var device : data.getLabels().entrySet()) {
            try (NDArray loss = trainer.getLoss()
                    .evaluate(device.getValue(), data.getPredictions().get(device.getKey()))) {
                sum += Host.floats(loss)[0];
            }
        }
        return sum / data.getLabels().size();
    }
}
