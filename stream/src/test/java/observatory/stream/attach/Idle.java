package observatory.stream.attach;

import java.io.IOException;

/** A JVM that trains nothing. */
public final class Idle {
    private Idle() {}

    public static void main(String[] arguments) throws IOException {
        System.in.read();
    }
}
