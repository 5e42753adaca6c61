package observatory.trainer;

/**
 * What is held back from training and how often it is looked at.
 *
 * @param share part at the end of every source that is never trained on, 0 for none
 * @param every steps between two validations, 0 for none
 * @param sequences sequences of each source in a validation, always the same ones
 */
public record Validation(double share, int every, int sequences) {
    public static final Validation NONE = new Validation(0, 0, 0);

    public Validation {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "the share held back is at least 0 and below 1: share=" + share + "; try 0.05");
        }
        if (every < 0 || sequences < 0) {
            throw new IllegalArgumentException(
                    "validation counts steps and sequences from 0: every=" + every + ", sequences=" + sequences);
        }
        if (every > 0 && (share == 0 || sequences == 0)) {
            throw new IllegalArgumentException("validation needs held-back text and sequences: share=" + share
                    + ", sequences=" + sequences + "; try share=0.05, sequences=8");
        }
    }

    public boolean due(long step) {
        return every > 0 && step % every == 0;
    }
}
