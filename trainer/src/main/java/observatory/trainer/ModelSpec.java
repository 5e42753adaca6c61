package observatory.trainer;

/**
 * The shape of a decoder-only transformer: pre-norm blocks of causal attention and a GELU MLP four times as wide,
 * learned positions, no biases in matrix products, untied output. Dropout is always 0.
 *
 * @param context tokens of one training sequence
 */
public record ModelSpec(int layers, int heads, int width, int context, int vocabulary, Norm norm) {

    /** How activations are normalised before attention, MLP and output. */
    public enum Norm {
        LAYERNORM,
        RMSNORM
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
    }

    public int headWidth() {
        return width / heads;
    }

    public int hidden() {
        return 4 * width;
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
}
