package observatory.analysis.log;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import observatory.probe.Scalars;

/**
 * What the frameworks call the series that every detector needs. Of several names of one series in a log the first in
 * this list is taken, so a loss of every step comes before a mean of an evaluation; the others keep their own names.
 */
final class SeriesNames {
    private static final Map<String, List<String>> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put(
                Scalars.LOSS,
                List.of(
                        "loss",
                        "train/loss",
                        "train_loss",
                        "training_loss",
                        "training/loss",
                        "Train/loss",
                        "Loss/train",
                        "loss/train",
                        "lm loss",
                        "lm-loss",
                        "lm_loss",
                        "lm-loss-training/lm loss",
                        "lm-loss-training/lm-loss",
                        "train/lm_loss",
                        "Train/Samples/train_loss",
                        "loss_metrics/global_avg_loss",
                        "reduced_train_loss",
                        "train/CE loss",
                        "loss/train/total",
                        "loss/out"));
        KNOWN.put(
                Scalars.GRADIENT_NORM,
                List.of(
                        "gradient_norm",
                        "grad_norm",
                        "train/grad_norm",
                        "train/gradient_norm",
                        "grad-norm",
                        "grad norm",
                        "grad-norm/grad-norm",
                        "gnorm",
                        "optim/total_grad_norm",
                        "optim/grad_norm",
                        "l2_norm/grad/global"));
        KNOWN.put(
                Scalars.LEARNING_RATE,
                List.of(
                        "learning_rate",
                        "lr",
                        "train/learning_rate",
                        "train/lr",
                        "learning-rate",
                        "learning rate",
                        "learning-rate/learning-rate",
                        "Train/Samples/lr",
                        "optim/lr"));
        KNOWN.put(
                Scalars.LOSS_SCALE,
                List.of(
                        "loss_scale",
                        "loss-scale",
                        "loss scale",
                        "loss-scale/loss-scale",
                        "train/loss_scale",
                        "Train/Samples/loss_scale"));
        KNOWN.put(Scalars.STEP_SECONDS, List.of("step_seconds", "iteration-time", "iteration-time/iteration-time"));
    }

    private SeriesNames() {}

    /** From each tag that stands for one of our series to its name. */
    static Map<String, String> choose(Set<String> tags) {
        Map<String, String> chosen = new HashMap<>();
        KNOWN.forEach((name, candidates) ->
                candidates.stream().filter(tags::contains).findFirst().ifPresent(tag -> chosen.put(tag, name)));
        return chosen;
    }
}
