package observatory.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The numbers of a step that belong to no site, by name. A value may be NaN or infinite; a name that is absent was not
 * measured, which is another thing. Names are unique; their order is kept.
 */
public record Scalars(List<String> names, double[] values) {
    /** Mean cross-entropy per token, in nats. */
    public static final String LOSS = "loss";
    /** Mean cross-entropy per token on data held out, in nats; of the steps at which it was evaluated. */
    public static final String VALIDATION_LOSS = "validation_loss";
    /** Global Euclidean norm of the unscaled gradient before clipping. */
    public static final String GRADIENT_NORM = "gradient_norm";

    public static final String LEARNING_RATE = "learning_rate";
    /** What fp16 losses are multiplied by before the backward pass. */
    public static final String LOSS_SCALE = "loss_scale";
    /** 1 where the optimiser step was skipped because a gradient was not finite, else 0. */
    public static final String SKIPPED = "skipped";
    /** Largest finite number of the format of the forward pass: 65504 for fp16. */
    public static final String FORWARD_LIMIT = "forward_limit";
    /** Tokens of the step. */
    public static final String TOKENS = "tokens";
    /** Wall time of the step, in seconds. */
    public static final String STEP_SECONDS = "step_seconds";
    /** Part of the step's wall time that went into reductions, probes and the frame, in seconds. */
    public static final String OBSERVER_SECONDS = "observer_seconds";
    /** Frames of this origin that could not be handed over so far. */
    public static final String FRAMES_DROPPED = "frames_dropped";

    /** Share of a step's time that observing may take, in mean; what exceeds it makes the governor lower cadences. */
    public static final String OBSERVER_BUDGET = "observer_budget";

    /** Floating-point operations of the model's matrix products in the step, forward and backward. */
    public static final String MODEL_FLOPS = "model_flops";
    /** Highest rate of matrix products that was measured on this machine, in operations a second. */
    public static final String PEAK_FLOPS = "peak_flops";
    /** Model operations a second over the peak rate (MFU). */
    public static final String MODEL_FLOPS_UTILISATION = "model_flops_utilisation";

    public static final String TOKENS_PER_SECOND = "tokens_per_second";
    /** Phases of the step, in seconds; with whatever lies between them they add up to {@link #STEP_SECONDS}. */
    public static final String DATA_SECONDS = "data_seconds";

    public static final String FORWARD_SECONDS = "forward_seconds";
    public static final String BACKWARD_SECONDS = "backward_seconds";
    public static final String OPTIMISER_SECONDS = "optimiser_seconds";

    /** Sequences of the step over all micro-batches and ranks. */
    public static final String BATCH_SEQUENCES = "batch_sequences";
    /** Sequences of one micro-batch of one rank; where they differ, the mean over micro-batches and ranks. */
    public static final String MICRO_BATCH_SEQUENCES = "micro_batch_sequences";
    /**
     * Squared norm of a micro-batch's gradient, itself the mean over its own sequences, unscaled: mean over the
     * sequences of all micro-batches and ranks.
     */
    public static final String MICRO_GRADIENT_SQUARE = "micro_gradient_square";
    /** Decay of Adam's second moment, which bounds adam_rms by 1/sqrt(1 - beta2). */
    public static final String ADAM_BETA2 = "adam_beta2";
    /** CRC-32C of all weights of this rank, every tenth step of several ranks, which are meant to agree. */
    public static final String WEIGHTS_CHECK = "weights_check";
    /** CRC-32C of the tokens this rank was trained on in the step: what a replay of the step has to meet again. */
    public static final String BATCH_CHECK = "batch_check";
    /** Columns of one head: attention logits are q · k / sqrt(head_width). */
    public static final String HEAD_WIDTH = "head_width";

    private static final Scalars NONE = new Scalars(List.of(), new double[0]);

    public Scalars {
        names = List.copyOf(names);
        if (names.size() != values.length) {
            throw new IllegalArgumentException(
                    "one value for each name: names=" + names.size() + ", values=" + values.length);
        }
        if (names.size() > 1 && new HashSet<>(names).size() != names.size()) {
            throw new IllegalArgumentException("a name stands once: names=" + names);
        }
    }

    /**
     * The name under which a part of {@link #OBSERVER_SECONDS} stands, in seconds a step at the cadence of now. Parts
     * are
     * {@code probe/hook}, of what looks at no hook {@code probe}, and {@code frame}; in every {@value Bill#EVERY}th
     * frame, of the probes that were due since the one before.
     */
    public static String observerSecondsOf(String part) {
        return OBSERVER_SECONDS + "/" + part;
    }

    public static Scalars none() {
        return NONE;
    }

    /** The value under a name; empty where it was not measured. */
    public OptionalDouble find(String name) {
        int at = names.indexOf(name);
        return at < 0 ? OptionalDouble.empty() : OptionalDouble.of(values[at]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scalars that && names.equals(that.names) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * names.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Scalars" + names + Arrays.toString(values);
    }

    /** Collects scalars; a name that comes again replaces its value. */
    public static final class Builder {
        private final List<String> names = new ArrayList<>();
        private double[] values = new double[12];

        public Builder put(String name, double value) {
            int at = names.indexOf(name);
            if (at < 0) {
                at = names.size();
                names.add(name);
                if (at == values.length) {
                    values = Arrays.copyOf(values, 2 * at);
                }
            }
            values[at] = value;
            return this;
        }

        public Builder putAll(Scalars scalars) {
            for (int i = 0; i < scalars.names.size(); i++) {
                put(scalars.names.get(i), scalars.values[i]);
            }
            return this;
        }

        public Scalars build() {
            return names.isEmpty() ? NONE : new Scalars(names, Arrays.copyOf(values, names.size()));
        }
    }
}
