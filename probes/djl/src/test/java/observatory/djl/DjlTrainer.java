package observatory.djl;

import java.io.IOException;

/**
 * A program that trains with DJL and knows nothing of the observatory: until its standard input ends, or as many steps
 * as its argument says. It prints how many steps it took and what its weights are then; and, trained for longer than
 * anybody waits, ends by itself.
 */
public final class DjlTrainer {
    private static final int LONGEST = 100_000;
    private static final int PAUSE_MILLIS = 20;

    private DjlTrainer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int asked = arguments.length > 0 ? Integer.parseInt(arguments[0]) : LONGEST;
        try (TinyTransformer tiny = new TinyTransformer(1e-3f, (_, block) -> block)) {
            int steps = 0;
            while (steps < asked && (arguments.length > 0 || System.in.available() == 0)) {
                tiny.train(1);
                steps++;
                if (steps == 1) {
                    System.out.println("training");
                }
                if (arguments.length == 0) {
                    Thread.sleep(PAUSE_MILLIS); // so that the other, which takes as many steps, is soon there
                }
            }
            System.out.println(steps + " " + tiny.weights());
        }
    }
}
