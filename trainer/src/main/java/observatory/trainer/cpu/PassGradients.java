package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * How large the gradients of a step's single passes are, for observers: what a pass adds is what the accumulated gradient
 * is after it less what it was before, so training accumulates as if nobody looked. 8 bytes a parameter for the first
 * pass, 12 for each other, and 4 of memory where there are several.
 */
final class PassGradients {
    /** Elements summed in float before they go on in double. */
    private static final int BLOCK = 8192;

    private final Arena arena;
    private final List<Parameter> parameters;
    private final Workers workers;
    private List<Tensor> before; // made when a second pass is looked at
    private int passes;
    private double weighted; // Σ b‖g‖² over passes of b sequences

    PassGradients(Arena arena, List<Parameter> parameters, Workers workers) {
        this.arena = arena;
        this.parameters = parameters;
        this.workers = workers;
    }

    void beginStep() {
        passes = 0;
        weighted = 0;
    }

    /**
     * Takes in the pass that was the last to add to the gradients.
     *
     * @param sequences of the pass
     * @param ownFactor makes what it added the gradient of its own mean loss
     * @param more whether another pass follows
     */
    void after(int sequences, double ownFactor, boolean more) {
        if (more && before == null) {
            before = parameters.stream()
                    .map(parameter -> parameter.gradient())
                    .map(gradient -> Tensor.zeros(arena, gradient.rows(), gradient.columns()))
                    .toList();
        }
        double squares = 0;
        for (int p = 0; p < parameters.size(); p++) {
            Tensor gradient = parameters.get(p).gradient();
            if (passes > 0) {
                squares += added(gradient, before.get(p));
            } else {
                double norm = Sums.moments(workers, gradient).norm();
                squares += norm * norm;
                if (more) {
                    before.get(p).copyFrom(gradient);
                }
            }
        }
        passes++;
        weighted += sequences * squares * ownFactor * ownFactor;
    }

    /** Passes taken in since the step began. */
    int passes() {
        return passes;
    }

    /** Σ b‖g‖² over these passes, each of b sequences with the mean gradient g. */
    double weighted() {
        return weighted;
    }

    /** The squared norm of now - before; before becomes now. */
    private double added(Tensor now, Tensor before) {
        double[] parts = new double[Workers.parts(now.size(), 1)];
        workers.overElements(now, (from, to) -> {
            double squares = 0;
            for (long at = from; at < to; at += BLOCK) {
                squares += added(now.data(), before.data(), at, Math.min(to, at + BLOCK));
            }
            parts[(int) (from / Workers.GRAIN)] = squares;
        });
        double squares = 0;
        for (double part : parts) {
            squares += part;
        }
        return squares;
    }

    private static double added(MemorySegment now, MemorySegment before, long from, long to) {
        long whole = Vectors.wholeEnd(from, to);
        FloatVector squares = Vectors.broadcast(0);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector latest = Vectors.load(now, i);
            FloatVector difference = latest.sub(Vectors.load(before, i));
            Vectors.store(latest, before, i);
            squares = difference.fma(difference, squares);
        }
        double sum = Vectors.lanes(squares);
        for (long i = whole; i < to; i++) {
            float latest = now.getAtIndex(JAVA_FLOAT, i);
            double difference = latest - before.getAtIndex(JAVA_FLOAT, i);
            before.setAtIndex(JAVA_FLOAT, i, latest);
            sum += difference * difference;
        }
        return sum;
    }
}
