package observatory.analysis.detector;

import java.util.OptionalDouble;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * The first values of a run, and the newest. A model that is initialised anew while its steps count on (sequential
 * tuning runs in one log, a checkpoint that was not loaded) comes back to them in more than one signal at once; a model
 * that breaks does not.
 */
record Beginning(double loss, double gradientNorm, double learningRate, double lastNorm, double lastRate) {
    /** The first loss of a freshly initialised model is ln(vocabulary) and its kin, alike to about a percent. */
    private static final double SAME_LOSS = 0.05;
    /** Norms of first gradients differ between batches by some ten percent. */
    private static final double SAME_NORM = 1.5;

    /** Far enough from the first value that coming back to it is news. */
    private static final double ELSEWHERE = 2;

    /**
     * Deviations between the level and the first loss: a run that falls by less has not left its first values behind.
     */
    private static final double BEYOND_NOISE = 4;

    static Beginning unknown() {
        return new Beginning(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    Beginning with(Frame frame) {
        double norm = value(frame, Scalars.GRADIENT_NORM);
        double rate = value(frame, Scalars.LEARNING_RATE);
        return Double.isFinite(loss)
                ? new Beginning(loss, gradientNorm, learningRate, norm, rate)
                : new Beginning(value(frame, Scalars.LOSS), norm, rate, norm, rate);
    }

    /**
     * Whether this frame, the next, looks like the first one, though the level of the loss is far below it by now; by
     * more than the noise of the run, which passes its first value by chance where it is large.
     */
    boolean again(Frame frame, double level, double deviation) {
        double now = value(frame, Scalars.LOSS);
        boolean far = loss > 1.5 * level && now - level > BEYOND_NOISE * deviation;
        boolean sameLoss = Math.abs(now - loss) <= SAME_LOSS * Math.abs(loss);
        return far
                && sameLoss
                && (normIsBack(value(frame, Scalars.GRADIENT_NORM)) || rateIsBack(value(frame, Scalars.LEARNING_RATE)));
    }

    private boolean normIsBack(double norm) {
        boolean wasElsewhere = lastNorm > ELSEWHERE * gradientNorm || lastNorm < gradientNorm / ELSEWHERE;
        return wasElsewhere && norm < SAME_NORM * gradientNorm && norm > gradientNorm / SAME_NORM;
    }

    private boolean rateIsBack(double rate) {
        return rate <= learningRate && lastRate > ELSEWHERE * learningRate;
    }

    private static double value(Frame frame, String name) {
        OptionalDouble found = frame.scalars().find(name);
        return found.orElse(Double.NaN);
    }
}
