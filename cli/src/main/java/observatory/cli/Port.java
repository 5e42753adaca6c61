package observatory.cli;

/** A TCP port as it can be asked for. */
public final class Port {
    private static final int HIGHEST = 65_535;

    private Port() {}

    /** @param port 0 for any free one */
    public static void check(int port, String option) {
        if (port < 0 || port > HIGHEST) {
            throw Failure.usage(
                    "a port is a number from 0 (any free one) to 65535: port=" + port + "; try " + option + " 0");
        }
    }
}
