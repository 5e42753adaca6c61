package observatory.trainer;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The shape of a decoder-only transformer: pre-norm blocks of attention and an MLP, no biases in matrix products.
 * Dropout is always 0. A spec that cannot be is refused by the constructor, naming rule, value and a value that fits.
 *
 * @param context tokens of the longest training sequence
 * @param tied whether token embedding and unembedding are one matrix
 * @param qkNorm whether queries and keys pass an RMS norm per head before they meet (Dehghani et al., arXiv 2302.05442)
 * @param zLoss weight of log²Z in the loss, 0 for none; PaLM used 1e-4 (arXiv 2204.02311)
 */
public record ModelSpec(
        int layers,
        int heads,
        int width,
        int context,
        int vocabulary,
        Norm norm,
        Position position,
        Activation activation,
        Objective objective,
        boolean tied,
        boolean qkNorm,
        double zLoss) {

    /** How activations are normalised before attention, MLP and output. */
    public enum Norm {
        LAYERNORM,
        RMSNORM
    }

    /** How a token's place in the sequence reaches the model. */
    public enum Position {
        /** A trained vector for each place, added to the token's. */
        LEARNED,
        /** Sines and cosines of the place, added to the token's vector (Vaswani et al., arXiv 1706.03762). */
        SINUSOIDAL,
        /** Queries and keys turned by an angle that grows with the place (Su et al., arXiv 2104.09864). */
        ROTARY,
        /** Attention scores lowered linearly with distance (Press et al., arXiv 2108.12409). */
        ALIBI
    }

    /** The non-linearity of the MLP; gated ones multiply a second projection (Shazeer, arXiv 2002.05202). */
    public enum Activation {
        GELU(false),
        GEGLU(true),
        SWIGLU(true),
        /** max(0, x)² (So et al., arXiv 2109.08668). */
        SQUARED_RELU(false);

        private final boolean gated;

        Activation(boolean gated) {
            this.gated = gated;
        }

        public boolean gated() {
            return gated;
        }
    }

    /** What a token may see, and which tokens are predicted. */
    public enum Objective {
        /** Each token sees those before it; every next token is predicted. */
        CAUSAL,
        /** The tokens of a prefix of random length see each other; what follows the prefix is predicted. */
        PREFIX
    }

    public ModelSpec {
        atLeastOne("layers", layers);
        atLeastOne("heads", heads);
        atLeastOne("width", width);
        atLeastOne("vocabulary", vocabulary);
        if (context < 2) {
            throw new IllegalArgumentException(
                    "context must be at least 2 tokens: context=" + context + "; try context=128");
        }
        if (width % heads != 0) {
            throw new IllegalArgumentException("heads must divide width: width=" + width + ", heads=" + heads
                    + "; try heads=" + nearestDivisor(width, heads));
        }
        if (position == Position.ROTARY && width / heads % 2 != 0) {
            throw new IllegalArgumentException("rotary positions turn pairs, so width/heads must be even: width="
                    + width + ", heads=" + heads + "; try width=" + (width + heads));
        }
        if (!(zLoss >= 0 && zLoss < 1)) {
            throw new IllegalArgumentException("z-loss must be between 0 and 1: zLoss=" + zLoss + "; try 1e-4");
        }
    }

    /** A causal GPT-2: learned positions, GELU, untied embeddings, no query-key norm, no z-loss. */
    public ModelSpec(int layers, int heads, int width, int context, int vocabulary, Norm norm) {
        this(
                layers,
                heads,
                width,
                context,
                vocabulary,
                norm,
                Position.LEARNED,
                Activation.GELU,
                Objective.CAUSAL,
                false,
                false,
                0);
    }

    public ModelSpec with(Position other) {
        return new ModelSpec(
                layers, heads, width, context, vocabulary, norm, other, activation, objective, tied, qkNorm, zLoss);
    }

    public ModelSpec with(Activation other) {
        return new ModelSpec(
                layers, heads, width, context, vocabulary, norm, position, other, objective, tied, qkNorm, zLoss);
    }

    public ModelSpec with(Objective other) {
        return new ModelSpec(
                layers, heads, width, context, vocabulary, norm, position, activation, other, tied, qkNorm, zLoss);
    }

    public ModelSpec withTied(boolean other) {
        return new ModelSpec(
                layers, heads, width, context, vocabulary, norm, position, activation, objective, other, qkNorm, zLoss);
    }

    public ModelSpec withQkNorm(boolean other) {
        return new ModelSpec(
                layers, heads, width, context, vocabulary, norm, position, activation, objective, tied, other, zLoss);
    }

    public ModelSpec withZLoss(double other) {
        return new ModelSpec(
                layers, heads, width, context, vocabulary, norm, position, activation, objective, tied, qkNorm, other);
    }

    public int headWidth() {
        return width / heads;
    }

    /** Units of the MLP: 4 · width, or for gated ones two thirds of it in eights, which costs the same. */
    public int hidden() {
        return activation.gated() ? (8 * width / 3 + 7) / 8 * 8 : 4 * width;
    }

    /** Outputs of the MLP's first product: gates and values for gated activations, units for others. */
    public int projected() {
        return activation.gated() ? 2 * hidden() : hidden();
    }

    /** Trained numbers: matrices, gains and biases. */
    public long parameters() {
        long norms = norm == Norm.LAYERNORM ? 2L * width : width;
        long block = 4L * width * width
                + (long) width * (projected() + hidden())
                + 2 * norms
                + (qkNorm ? 2L * headWidth() : 0);
        long tables = (long) vocabulary * width * (tied ? 1 : 2);
        return tables + (position == Position.LEARNED ? (long) context * width : 0) + layers * block + norms;
    }

    /** 6N + 6·L·C·T floating-point operations of a training step a token, as llm.c counts them. */
    public double flops(int context) {
        return 6.0 * parameters() + 6.0 * layers * width * context;
    }

    /** For people: {@code gpt 4x128, 4 heads, layernorm, rotary, swiglu}. */
    public String label() {
        return "gpt " + layers + "x" + width + ", " + heads + " heads, "
                + (norm + ", " + position + ", " + activation).toLowerCase(Locale.ROOT)
                + (objective == Objective.PREFIX ? ", prefix" : "")
                + (tied ? ", tied" : "")
                + (qkNorm ? ", qk-norm" : "")
                + (zLoss > 0 ? ", z-loss " + zLoss : "");
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
    }

    private static int nearestDivisor(int width, int heads) {
        for (int away = 0; away < width; away++) {
            if (heads - away >= 1 && width % (heads - away) == 0) {
                return heads - away;
            }
            if (heads + away <= width && width % (heads + away) == 0) {
                return heads + away;
            }
        }
        return 1;
    }

    /** Each part that is another in another spec: {@code layers=2 and here 4}, where that one is here. */
    public List<String> differences(ModelSpec other) {
        return Stream.of(getClass().getRecordComponents())
                .filter(part -> !value(part).equals(other.value(part)))
                .map(part -> part.getName() + "=" + value(part) + " and here " + other.value(part))
                .toList();
    }

    private Object value(RecordComponent part) {
        try {
            return part.getAccessor().invoke(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record's own part cannot be read: " + part, e);
        }
    }
}
