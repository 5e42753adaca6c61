package observatory.trainer.checkpoint;

/** A checkpoint that cannot be used: what is wrong with it and where, in one line. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Where only another can help. */
    static CheckpointException damaged(String what) {
        return damaged(what, null);
    }

    static CheckpointException damaged(String what, Throwable cause) {
        return new CheckpointException(what + "; use an older checkpoint", cause);
    }
}
