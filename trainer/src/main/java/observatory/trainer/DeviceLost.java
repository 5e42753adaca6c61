package observatory.trainer;

/**
 * The hardware that a model lives on failed, and the model with it: nothing can be read back, and the
 * run has to resume.
 */
public class DeviceLost extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DeviceLost(String message) {
        super(message);
    }
}
