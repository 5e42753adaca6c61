package observatory.analysis.log;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Scalars;

/**
 * Which of our series a tag of any framework stands for, told from its words: {@code train/CE loss},
 * {@code lm-loss} and {@code reduced_train_loss} are the training loss, {@code eval_loss} is not, and a
 * {@code loss_scale} is no loss at all.
 *
 * @param distance how far from the plain name; of several tags of one series the nearest is the one
 */
record Meaning(String name, int distance) {
    /** At this distance a tag is taken only where a log has nothing nearer. */
    static final int LAST_RESORT = 50;

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])");
    private static final String RUN_PREFIX = " - "; // Weights & Biases exports name columns "run - tag"

    private static final Set<String> HELD_OUT =
            Set.of("val", "valid", "validation", "eval", "evaluation", "test", "dev", "heldout");
    private static final Set<String> TRAINING = Set.of("train", "training", "tr", "trainer");
    private static final Set<String> MEANS = Set.of("global", "avg", "average", "mean", "reduced", "total", "batch");
    private static final Set<String> LOSS_WORDS = Set.of(
            "lm",
            "ce",
            "nll",
            "xent",
            "cross",
            "entropy",
            "language",
            "model",
            "metrics",
            "metric",
            "out",
            "step",
            "samples",
            "iter",
            "iteration",
            "running",
            "log",
            "sft");
    private static final Set<String> NO_LOSS = Set.of(
            "scale",
            "scaler",
            "weight",
            "coef",
            "coeff",
            "aux",
            "auxiliary",
            "z",
            "router",
            "balance",
            "balancing",
            "load",
            "vs",
            "max",
            "min",
            "std",
            "var",
            "kl",
            "mtp",
            "spike",
            "spikes",
            "skipped",
            "ewm",
            "ewma",
            "ratio",
            "best",
            "score",
            "tokens",
            "time",
            "bits",
            "mul");
    private static final Set<String> NORM_WORDS = Set.of(
            "optim",
            "optimizer",
            "l2",
            "2",
            "0",
            "unclipped",
            "pre",
            "before",
            "clip",
            "all",
            "model",
            "samples",
            "metrics",
            "metric",
            "stats",
            "step");
    private static final Set<String> RATE_WORDS = Set.of(
            "optim",
            "optimizer",
            "adam",
            "adamw",
            "decoupled",
            "w",
            "lion",
            "scheduler",
            "current",
            "group",
            "groups",
            "group0",
            "pg1",
            "param",
            "0",
            "samples",
            "metrics",
            "metric",
            "stats",
            "step");

    static Optional<Meaning> of(String tag) {
        Set<String> words = words(tag);
        boolean scaled = words.contains("loss") || words.contains("grad");
        if (scaled && words.contains("scale") || words.contains("scaler")) {
            return only(words, Scalars.LOSS_SCALE, Set.of("loss", "grad", "scale", "scaler"), Set.of("samples"));
        }
        boolean entropy = words.contains("nll")
                || words.contains("xent")
                || words.contains("ce")
                || words.contains("cross") && words.contains("entropy");
        if (words.contains("loss") || entropy) {
            return loss(words);
        }
        if (isNorm(words)) {
            return only(words, Scalars.GRADIENT_NORM, Set.of("grad", "gradient", "gradients", "norm"), NORM_WORDS);
        }
        if (words.contains("lr") || words.contains("learning") && words.contains("rate")) {
            return only(words, Scalars.LEARNING_RATE, Set.of("lr", "learning", "rate"), RATE_WORDS);
        }
        return Optional.empty();
    }

    private static Optional<Meaning> loss(Set<String> words) {
        Set<String> rest = without(words, Set.of("loss"));
        int named = words.contains("loss") ? 0 : 10;
        boolean heldOut = rest.removeAll(HELD_OUT);
        int test = words.contains("test") ? 5 : 0;
        if (rest.stream().anyMatch(NO_LOSS::contains)) {
            return Optional.empty();
        }
        int distance = named + test + rest.size();
        rest.removeAll(TRAINING);
        rest.removeAll(MEANS);
        rest.removeAll(LOSS_WORDS);
        if (heldOut) {
            return rest.isEmpty() ? Optional.of(new Meaning(Scalars.VALIDATION_LOSS, distance)) : Optional.empty();
        }
        return Optional.of(new Meaning(Scalars.LOSS, rest.isEmpty() ? distance : LAST_RESORT + distance));
    }

    private static boolean isNorm(Set<String> words) {
        boolean gradient = words.contains("grad") || words.contains("gradient") || words.contains("gradients");
        return gradient && (words.contains("norm") || words.contains("l2")) || words.equals(Set.of("norm"));
    }

    private static Optional<Meaning> only(Set<String> words, String name, Set<String> own, Set<String> allowed) {
        Set<String> rest = without(words, own);
        int distance = rest.size();
        rest.removeAll(TRAINING);
        rest.removeAll(MEANS);
        rest.removeAll(allowed);
        return rest.isEmpty() ? Optional.of(new Meaning(name, distance)) : Optional.empty();
    }

    private static Set<String> without(Set<String> words, Set<String> these) {
        Set<String> rest = new LinkedHashSet<>(words);
        rest.removeAll(these);
        return rest;
    }

    /** The words of a tag, without the run's name before it; joined words that are common are taken apart. */
    static Set<String> words(String tag) {
        int prefix = tag.lastIndexOf(RUN_PREFIX);
        String own = prefix < 0 ? tag : tag.substring(prefix + RUN_PREFIX.length());
        return Arrays.stream(BETWEEN_WORDS.split(own))
                .map(word -> word.toLowerCase(Locale.ROOT))
                .flatMap(word -> switch (word) {
                    case "gnorm", "gradnorm" -> Stream.of("grad", "norm");
                    case "trainloss" -> Stream.of("train", "loss");
                    case "valloss" -> Stream.of("val", "loss");
                    case "lossscale" -> Stream.of("loss", "scale");
                    case "losses" -> Stream.of("loss");
                    case "" -> Stream.empty();
                    default -> Stream.of(word);
                })
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
