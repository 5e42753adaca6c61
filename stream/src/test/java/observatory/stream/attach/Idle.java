package observatory.stream.attach;

import java.io.IOException;

/** A JVM that trains nothing; it says when it has started, since one that has not is deaf to whoever attaches. */
public final class Idle {
    private Idle() {}

    public static void main(String[] arguments) throws IOException {
        System.out.println("started");
        System.in.read();
    }
}
