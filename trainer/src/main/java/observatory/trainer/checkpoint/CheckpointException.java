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
}
