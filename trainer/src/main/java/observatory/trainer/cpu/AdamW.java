package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import observatory.trainer.Adam;
import observatory.trainer.Model.StepSettings;

/** Adam with decoupled weight decay and bias correction (Loshchilov and Hutter, arXiv 1711.05101). */
final class AdamW {
    /** Elements whose squares are summed in float. */
    private static final int BLOCK = 4096;

    /** Lanes of three sums, for each thread that takes some: vectors handed to a method that is not inlined go by the heap. */
    private static final ThreadLocal<float[]> LANES =
            ThreadLocal.withInitial(() -> new float[3 * Vectors.WIDE.length()]);

    private final Workers workers;

    AdamW(Workers workers) {
        this.workers = workers;
    }

    /**
     * One update with the gradient times {@code clipFactor}; bias correction counts the updates really taken.
     *
     * @param observed how it is observed, or null
     */
    void update(Parameter parameter, StepSettings settings, double clipFactor, UpdateWatch.Update observed) {
        Constants constants = Constants.of(settings, clipFactor, parameter.matrix());
        workers.overElements(parameter.weight(), (from, to) -> {
            if (observed == null) {
                sweep(parameter, constants, from, to);
            } else {
                observed.part(new Part(parameter, constants, from, to));
            }
        });
    }

    /** A part of an update that is observed: elements from (inclusive) to (exclusive). */
    record Part(Parameter parameter, Constants constants, long from, long to) {
        void sweep() {
            AdamW.sweep(parameter, constants, from, to);
        }

        /** Sweeps, and sums squares as it goes. */
        Squared squaringSweep() {
            double[] sums = new double[3];
            for (long at = from; at < to; at += BLOCK) {
                AdamW.squaringSweep(parameter, constants, at, Math.min(to, at + BLOCK), sums);
            }
            return new Squared(sums[0], sums[1], sums[2]);
        }

        AdamRatios ratios() {
            return new AdamRatios(
                    parameter, constants.clip, constants.correct1, constants.correct2, constants.adam.epsilon());
        }
    }

    /**
     * Sums of squares: of the difference an update made, of the weight after it, and of the gradient over max(√v̂, ε). Not
     * finite where one of the squares is not.
     */
    record Squared(double update, double weight, double ratio) {
        private static final Squared NOTHING = new Squared(0, 0, 0);
    }

    /** What is the same for all elements. */
    private record Constants(Adam adam, float clip, float correct1, float correct2, float rate, float keep) {
        static Constants of(StepSettings settings, double clipFactor, boolean decays) {
            Adam adam = settings.adam();
            float rate = (float) settings.learningRate();
            return new Constants(
                    adam,
                    (float) clipFactor,
                    (float) (1 / (1 - StrictMath.pow(adam.beta1(), settings.updates()))),
                    (float) (1 / (1 - StrictMath.pow(adam.beta2(), settings.updates()))),
                    rate,
                    decays ? 1 - rate * adam.weightDecay() : 1);
        }
    }

    /** Whole vectors without masks in a loop of their own: with both kinds in one the compiler keeps vectors on the heap. */
    private static void sweep(Parameter parameter, Constants constants, long from, long to) {
        // Into locals: a store off the heap makes the compiler read every field again.
        MemorySegment weights = parameter.weight().data();
        MemorySegment gradients = parameter.gradient().data();
        MemorySegment first = parameter.first().data();
        MemorySegment second = parameter.second().data();
        float clip = constants.clip;
        float beta1 = constants.adam.beta1();
        float beta2 = constants.adam.beta2();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector g = Vectors.load(gradients, i).mul(clip);
            FloatVector m = moving(Vectors.load(first, i), g, beta1);
            FloatVector v = moving(Vectors.load(second, i), g.mul(g), beta2);
            Vectors.store(m, first, i);
            Vectors.store(v, second, i);
            Vectors.store(moved(Vectors.load(weights, i), m, root(v, constants), constants), weights, i);
        }
        if (whole < to) {
            rest(parameter, constants, whole, to);
        }
    }

    /**
     * The same update to the last bit, which also adds sums of squares, in the order of {@link Squared}. In registers,
     * because to write one more array takes longer than all the sums; and no more than three, because the compiler gives up
     * on a loop with as many as moments need.
     */
    private static void squaringSweep(Parameter parameter, Constants constants, long from, long to, double[] sums) {
        MemorySegment weights = parameter.weight().data();
        MemorySegment gradients = parameter.gradient().data();
        MemorySegment first = parameter.first().data();
        MemorySegment second = parameter.second().data();
        float clip = constants.clip;
        float beta1 = constants.adam.beta1();
        float beta2 = constants.adam.beta2();
        float epsilon = constants.adam.epsilon();
        FloatVector ofUpdate = FloatVector.zero(Vectors.WIDE);
        FloatVector ofWeight = FloatVector.zero(Vectors.WIDE);
        FloatVector ofRatio = FloatVector.zero(Vectors.WIDE);
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector g = Vectors.load(gradients, i).mul(clip);
            FloatVector m = moving(Vectors.load(first, i), g, beta1);
            FloatVector v = moving(Vectors.load(second, i), g.mul(g), beta2);
            Vectors.store(m, first, i);
            Vectors.store(v, second, i);
            FloatVector root = root(v, constants);
            FloatVector before = Vectors.load(weights, i);
            FloatVector after = moved(before, m, root, constants);
            Vectors.store(after, weights, i);
            FloatVector update = after.sub(before);
            FloatVector ratio = ratio(g, root, epsilon);
            ofUpdate = update.fma(update, ofUpdate);
            ofWeight = after.fma(after, ofWeight);
            ofRatio = ratio.fma(ratio, ofRatio);
        }
        float[] lanes = LANES.get();
        int width = Vectors.WIDE.length();
        ofUpdate.intoArray(lanes, 0);
        ofWeight.intoArray(lanes, width);
        ofRatio.intoArray(lanes, 2 * width);
        Squared rest = whole < to ? rest(parameter, constants, whole, to) : Squared.NOTHING;
        sums[0] += Vectors.lanes(lanes, 0, width) + rest.update;
        sums[1] += Vectors.lanes(lanes, width, width) + rest.weight;
        sums[2] += Vectors.lanes(lanes, 2 * width, width) + rest.ratio;
    }

    /** The same of what is left over, less than a vector: lanes beyond the end are zero, and stay so. */
    private static Squared rest(Parameter parameter, Constants constants, long from, long to) {
        VectorMask<Float> mask = Vectors.first(to - from);
        FloatVector g = Vectors.load(parameter.gradient().data(), from, mask).mul(constants.clip);
        FloatVector m = moving(Vectors.load(parameter.first().data(), from, mask), g, constants.adam.beta1());
        FloatVector v = moving(Vectors.load(parameter.second().data(), from, mask), g.mul(g), constants.adam.beta2());
        Vectors.store(m, parameter.first().data(), from, mask);
        Vectors.store(v, parameter.second().data(), from, mask);
        FloatVector root = root(v, constants);
        FloatVector before = Vectors.load(parameter.weight().data(), from, mask);
        FloatVector after = moved(before, m, root, constants);
        Vectors.store(after, parameter.weight().data(), from, mask);
        FloatVector update = after.sub(before);
        FloatVector ratio = ratio(g, root, constants.adam.epsilon());
        return new Squared(
                Vectors.lanes(update.mul(update)), Vectors.lanes(after.mul(after)), Vectors.lanes(ratio.mul(ratio)));
    }

    /** √v̂. */
    private static FloatVector root(FloatVector v, Constants constants) {
        return v.mul(constants.correct2).lanewise(VectorOperators.SQRT);
    }

    /** The weight after the step. */
    private static FloatVector moved(FloatVector weight, FloatVector m, FloatVector root, Constants constants) {
        FloatVector direction = m.mul(constants.correct1).div(root.add(constants.adam.epsilon()));
        return direction.fma(Vectors.broadcast(-constants.rate), weight.mul(constants.keep));
    }

    /** The gradient over max(√v̂, ε): as max would, in two instructions instead of five; what is no number stays none. */
    static FloatVector ratio(FloatVector gradient, FloatVector root, float epsilon) {
        return gradient.div(root.blend(epsilon, root.lt(epsilon)));
    }

    private static FloatVector moving(FloatVector average, FloatVector value, float beta) {
        return average.mul(beta).add(value.mul(1 - beta));
    }
}
