package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import observatory.trainer.Adam;
import observatory.trainer.Model.StepSettings;

/** Adam with decoupled weight decay and bias correction (Loshchilov and Hutter, arXiv 1711.05101). */
final class AdamW {
    private final Workers workers;

    AdamW(Workers workers) {
        this.workers = workers;
    }

    /**
     * What observers see of an update, each null where nobody looks at it: the difference it made with the moments of the
     * weight after it, and the gradient over the root of the second moment. Made and measured in the same parts as the
     * update, while they are in a core's cache.
     */
    record Observed(Made update, Measuring weight, Made ratio) {}

    /**
     * A tensor made for observers alone, and its moments.
     *
     * @param tensor null where nobody asks for more than moments: then each part is made where the one before it was, in
     *     a core's cache, and writes no memory
     */
    record Made(Tensor tensor, Measuring measuring) {
        private static final ThreadLocal<Tensor> ROOM =
                ThreadLocal.withInitial(() -> Tensor.zeros(Arena.ofAuto(), 1, Workers.GRAIN));

        /** Where the part that begins at an element is made. */
        Place place(long from) {
            return tensor == null ? new Place(ROOM.get(), 0) : new Place(tensor, from);
        }

        /** What is shown of it, in the shape of the parameter it belongs to. */
        Tensor measured(Tensor parameter) {
            return (tensor == null ? parameter.withoutMemory() : tensor).measured(measuring.moments());
        }
    }

    /** An element of a tensor. */
    record Place(Tensor tensor, long at) {}

    /**
     * One update with the gradient times {@code clipFactor}; bias correction counts the updates really taken.
     *
     * @param observed what is told of it, or null
     */
    void update(Parameter parameter, StepSettings settings, double clipFactor, Observed observed) {
        Constants constants = Constants.of(settings, clipFactor, parameter.matrix());
        workers.overElements(parameter.weight(), (from, to) -> {
            if (observed == null) {
                sweep(parameter, constants, from, to);
            } else {
                observedSweep(parameter, constants, from, to, observed);
            }
        });
    }

    private static void observedSweep(Parameter parameter, Constants constants, long from, long to, Observed observed) {
        int part = (int) (from / Workers.GRAIN);
        if (observed.update == null) {
            sweep(parameter, constants, from, to);
        } else {
            Tensor weight = parameter.weight();
            Place place = observed.update.place(from);
            Measuring ofUpdate = observed.update.measuring;
            long bytes = (to - from) * Float.BYTES;
            ofUpdate.more(
                    part,
                    () -> MemorySegment.copy(
                            weight.data(), from * Float.BYTES, place.tensor.data(), place.at * Float.BYTES, bytes));
            sweep(parameter, constants, from, to);
            ofUpdate.more(part, () -> difference(weight, place, from, to));
            ofUpdate.part(part, place.tensor, place.at, place.at + to - from);
            observed.weight.part(part, weight, from, to);
        }
        if (observed.ratio != null) {
            Place place = observed.ratio.place(from);
            Measuring ofRatio = observed.ratio.measuring;
            ofRatio.more(part, () -> AdamWatch.normalised(constants.ratio(parameter), place, from, to));
            ofRatio.part(part, place.tensor, place.at, place.at + to - from);
        }
    }

    /** update = weight - update, for the elements of a weight from (inclusive) to (exclusive). */
    private static void difference(Tensor weight, Place update, long from, long to) {
        MemorySegment after = weight.data();
        MemorySegment before = update.tensor.data();
        long moved = update.at - from;
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(Vectors.load(after, i).sub(Vectors.load(before, i + moved)), before, i + moved);
        }
        for (long i = whole; i < to; i++) {
            update.tensor.set(i + moved, weight.get(i) - update.tensor.get(i + moved));
        }
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

        AdamWatch.Ratio ratio(Parameter parameter) {
            MemorySegment gradient = parameter.gradient().data();
            return new AdamWatch.Ratio(gradient, clip, parameter.second().data(), correct2, adam.epsilon());
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
            Vectors.store(moved(Vectors.load(weights, i), m, v, constants), weights, i);
        }
        if (whole < to) {
            VectorMask<Float> mask = Vectors.first(to - whole);
            FloatVector g = Vectors.load(gradients, whole, mask).mul(clip);
            FloatVector m = moving(Vectors.load(first, whole, mask), g, beta1);
            FloatVector v = moving(Vectors.load(second, whole, mask), g.mul(g), beta2);
            Vectors.store(m, first, whole, mask);
            Vectors.store(v, second, whole, mask);
            Vectors.store(moved(Vectors.load(weights, whole, mask), m, v, constants), weights, whole, mask);
        }
    }

    /** The weight after the step. */
    private static FloatVector moved(FloatVector weight, FloatVector m, FloatVector v, Constants constants) {
        FloatVector deviation =
                v.mul(constants.correct2).lanewise(VectorOperators.SQRT).add(constants.adam.epsilon());
        FloatVector direction = m.mul(constants.correct1).div(deviation);
        return direction.fma(Vectors.broadcast(-constants.rate), weight.mul(constants.keep));
    }

    private static FloatVector moving(FloatVector average, FloatVector value, float beta) {
        return average.mul(beta).add(value.mul(1 - beta));
    }
}
