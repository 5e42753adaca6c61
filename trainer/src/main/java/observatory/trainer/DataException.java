package observatory.trainer;

/** The data hold something that cannot be trained on; the message says where, and what to do. */
public final class DataException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public DataException(String message) {
        super(message);
    }
}
