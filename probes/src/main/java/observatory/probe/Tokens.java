package observatory.probe;

/**
 * The tokens of a step: sequences of one length, one after the other. Probes read them while the step ends and must not
 * keep them.
 *
 * @param ids (sequences, length), row-major
 */
public record Tokens(int[] ids, int sequences) {
    private static final Tokens NONE = new Tokens(new int[0], 0);

    public Tokens {
        if (sequences < 0 || (sequences == 0 ? ids.length > 0 : ids.length % sequences > 0)) {
            throw new IllegalArgumentException(
                    "sequences of one length: tokens=" + ids.length + ", sequences=" + sequences);
        }
    }

    public static Tokens none() {
        return NONE;
    }

    public int length() {
        return sequences == 0 ? 0 : ids.length / sequences;
    }

    public int id(int sequence, int position) {
        return ids[sequence * length() + position];
    }
}
