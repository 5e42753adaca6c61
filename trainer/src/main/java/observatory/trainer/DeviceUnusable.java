package observatory.trainer;

/**
 * The device is whole and does not do what a model needs: the message says what is missing, and what to do about it.
 */
public class DeviceUnusable extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public DeviceUnusable(String message) {
        super(message);
    }
}
