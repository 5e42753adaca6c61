package observatory.analysis.log;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which column of a log counts the steps: of several the one that counts optimiser steps of the whole run comes first.
 */
final class StepNames {
    private static final List<String> RANKED = List.of(
            "global_step",
            "global_step_max_steps",
            "step",
            "iteration",
            "iter",
            "num_updates",
            "current_steps",
            "current_step",
            "steps",
            "update",
            "updates",
            "it",
            "itr",
            "n_iter",
            "niter",
            "optimizer_step",
            "opt_step",
            "step_num",
            "step_idx",
            "iteration_num",
            "batch",
            "batch_idx",
            "global_samples",
            "consumed_samples",
            "samples",
            "consumed_tokens",
            "total_tokens",
            "tokens");
    private static final Set<String> AROUND = Set.of("train", "trainer", "training", "completed");
    private static final int NONE = RANKED.size();

    private StepNames() {}

    static boolean isStep(String tag) {
        return rank(tag) < NONE;
    }

    /** The one that counts the steps; empty where none does. */
    static Optional<String> best(Collection<String> tags) {
        return tags.stream().filter(StepNames::isStep).min(Comparator.comparingInt(StepNames::rank));
    }

    /** Whether a tag counts passes over the data, inside which some logs count their steps anew. */
    static boolean isEpoch(String tag) {
        Set<String> words = Meaning.words(tag);
        return words.size() == 1 && (words.contains("epoch") || words.contains("ep"));
    }

    private static int rank(String tag) {
        List<String> words = Meaning.words(tag).stream()
                .filter(word -> !AROUND.contains(word))
                .toList();
        int at = RANKED.indexOf(String.join("_", words));
        return at < 0 ? NONE : at;
    }
}
