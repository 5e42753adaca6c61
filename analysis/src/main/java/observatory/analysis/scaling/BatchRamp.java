package observatory.analysis.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Batch sizes over a run: doubled whenever the critical batch has grown past the next size. The noise scale
 * is a proxy of it, right in trend and order of magnitude (Merrill et al. 2025, arXiv 2505.23971), so this
 * is advice, never applied.
 */
public record BatchRamp(List<Stage> stages, int sequence) {
    private static final double FIRST_TOKENS = 1e6;
    private static final double GROWTH = 1.02;

    public BatchRamp {
        stages = List.copyOf(stages);
    }

    /** From so many tokens on, this many sequences a batch. */
    public record Stage(double fromTokens, long sequences) {}

    /** The bounds of a ramp, in sequences. */
    public record Bounds(long first, long last) {
        public Bounds {
            if (first < 1 || last < first) {
                throw new IllegalArgumentException(
                        "a ramp goes up from 1 sequence or more: first=" + first + ", last=" + last);
            }
        }
    }

    /**
     * @param noise a noise scale and the loss at which it was measured; it grows as the loss
     * falls, as Kaplan's critical
     *     batch does
     */
    static BatchRamp of(LossLaw law, LossLaw.Split run, Kaplan.Measured noise, Bounds bounds, int sequence) {
        List<Stage> stages = new ArrayList<>();
        long batch = bounds.first;
        stages.add(new Stage(0, batch));
        for (double tokens = FIRST_TOKENS; tokens < run.tokens() && batch < bounds.last; tokens *= GROWTH) {
            double critical = Kaplan.criticalBatch(law.loss(new LossLaw.Split(run.parameters(), tokens)), noise);
            long next = Math.min(2 * batch, bounds.last);
            if (critical >= (double) next * sequence) {
                batch = next;
                stages.add(new Stage(tokens, batch));
            }
        }
        return new BatchRamp(stages, sequence);
    }

    /** Optimiser steps of a run over so many tokens. */
    double steps(double tokens) {
        double steps = 0;
        for (int i = 0; i < stages.size(); i++) {
            double until = i + 1 < stages.size() ? stages.get(i + 1).fromTokens : tokens;
            steps += Math.max(0, Math.min(until, tokens) - stages.get(i).fromTokens)
                    / ((double) stages.get(i).sequences * sequence);
        }
        return steps;
    }

    /** As Megatron-LM's {@code --step-batch-size-schedule} takes it, thresholds in millions of tokens. */
    public String megatron() {
        return stages.stream()
                .map(stage -> (stage.fromTokens == 0
                                ? "0"
                                : String.format(Locale.ROOT, "%dM", Math.round(stage.fromTokens / 1e6)))
                        + ":" + stage.sequences)
                .collect(Collectors.joining(" "));
    }
}
