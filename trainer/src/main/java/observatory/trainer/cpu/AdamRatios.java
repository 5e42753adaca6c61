package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What is made of an update for observers alone, from a parameter as it is after it.
 *
 * @param clip by which the gradient is multiplied
 * @param correct1 by which the first moment is multiplied to correct its bias
 * @param correct2 the same of the second
 */
record AdamRatios(Parameter parameter, float clip, float correct1, float correct2, float epsilon) {
    // Loops over whole vectors in methods of their own, and what is left over one by one: with masks or choices in them
    // the compiler keeps vectors on the heap. Each begins at an element of the parameter, and at the first of what it
    // makes.

    /** The weight less what is there, which is the weight of before. */
    void difference(long from, long to, MemorySegment out) {
        MemorySegment weight = parameter.weight().data();
        for (long i = from; i < to; i++) {
            out.setAtIndex(
                    JAVA_FLOAT, i - from, weight.getAtIndex(JAVA_FLOAT, i) - out.getAtIndex(JAVA_FLOAT, i - from));
        }
    }

    /** The gradient over max(√v̂, ε). */
    void normalised(long from, long to, MemorySegment out) {
        MemorySegment gradient = parameter.gradient().data();
        MemorySegment second = parameter.second().data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector g = Vectors.load(gradient, i).mul(clip);
            Vectors.store(AdamW.ratio(g, root(second, i), epsilon), out, i - from);
        }
        for (long i = whole; i < to; i++) {
            float divisor = Math.max(rootAt(second, i), epsilon);
            out.setAtIndex(JAVA_FLOAT, i - from, gradient.getAtIndex(JAVA_FLOAT, i) * clip / divisor);
        }
    }

    /** m̂/(√v̂ + ε), the direction the weight went. */
    void direction(long from, long to, MemorySegment out) {
        MemorySegment first = parameter.first().data();
        MemorySegment second = parameter.second().data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector divisor = root(second, i).add(epsilon);
            Vectors.store(Vectors.load(first, i).mul(correct1).div(divisor), out, i - from);
        }
        for (long i = whole; i < to; i++) {
            float divisor = rootAt(second, i) + epsilon;
            out.setAtIndex(JAVA_FLOAT, i - from, first.getAtIndex(JAVA_FLOAT, i) * correct1 / divisor);
        }
    }

    /** √v̂. */
    void root(long from, long to, MemorySegment out) {
        MemorySegment second = parameter.second().data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(root(second, i), out, i - from);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i - from, rootAt(second, i));
        }
    }

    private FloatVector root(MemorySegment second, long at) {
        return Vectors.load(second, at).mul(correct2).lanewise(VectorOperators.SQRT);
    }

    private float rootAt(MemorySegment second, long at) {
        return (float) Math.sqrt(second.getAtIndex(JAVA_FLOAT, at) * correct2);
    }
}
