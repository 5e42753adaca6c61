package observatory.stream.attach;

/** Why a JVM could not be attached to or detached from; the message says what to do. */
public final class AttachException extends Exception {
    private static final long serialVersionUID = 1;

    AttachException(String message) {
        super(message);
    }

    AttachException(String message, Throwable cause) {
        super(message, cause);
    }
}
