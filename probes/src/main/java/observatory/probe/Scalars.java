package observatory.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The numbers of a step that belong to no site, by name. A value may be NaN or infinite; a name that is absent was not
 * measured, which is another thing. Names are unique; their order is kept.
 */
public record Scalars(List<String> names, double[] values) {
    /** Mean cross-entropy per token, in nats. */
    public static final String LOSS = "loss";
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

    private static final Scalars NONE = new Scalars(List.of(), new double[0]);

    public Scalars {
        names = List.copyOf(names);
        if (names.size() != values.length) {
            throw new IllegalArgumentException(
                    "one value for each name: names=" + names.size() + ", values=" + values.length);
        }
        if (names.size() > 1 && names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("a name stands once: names=" + names);
        }
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
