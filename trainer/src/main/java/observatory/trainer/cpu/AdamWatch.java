package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Site;
import observatory.trainer.Adam;
import observatory.trainer.Model.StepSettings;

/** What observers see of the optimiser after an update: ratios of gradient and moments, made for them, and the weights. */
final class AdamWatch {
    private static final Set<Hook> MADE = EnumSet.of(Hook.NORMALISED_GRADIENT, Hook.ADAM_DIRECTION, Hook.SECOND_MOMENT);
    private static final Set<Hook> SEEN = EnumSet.of(Hook.WEIGHT, Hook.NORM_GAIN);

    private final List<Seen> parameters = new ArrayList<>();
    private final Workers workers;
    private final HookLines lines;
    private final Instruments<Tensor> instruments;

    private record Seen(Parameter parameter, Hook weight, List<Site> sites) {
        Site at(Hook hook) {
            return sites.get(hook.ordinal());
        }
    }

    AdamWatch(List<Parameter> parameters, Operations ops, Instruments<Tensor> instruments) {
        this.workers = ops.workers();
        this.lines = ops.lines();
        this.instruments = instruments;
        for (Parameter parameter : parameters) {
            List<Site> sites = new ArrayList<>();
            for (Hook hook : Hook.values()) {
                sites.add(parameter.site(hook));
            }
            this.parameters.add(new Seen(parameter, weightHook(parameter), sites));
        }
    }

    /** A bias is no matrix and no gain, and nobody looks at it: null. */
    private static Hook weightHook(Parameter parameter) {
        if (parameter.matrix()) {
            return Hook.WEIGHT;
        }
        return parameter.name().endsWith("norm.gain") ? Hook.NORM_GAIN : null;
    }

    /** @param scratch gives a tensor of the same shape to write into */
    void show(StepSettings settings, double clipFactor, UnaryOperator<Tensor> scratch) {
        for (Hook hook : MADE) {
            instruments.making(hook, () -> {
                for (Seen seen : parameters) {
                    Tensor made = scratch.apply(seen.parameter.weight());
                    Measuring measuring = lines.measuring(Workers.parts(made.size(), 1));
                    make(hook, seen.parameter, settings, (float) clipFactor, made, measuring);
                    instruments.at(seen.at(hook), made.measured(measuring.moments()));
                }
            });
        }
        for (Hook hook : SEEN) {
            if (instruments.wants(hook)) {
                for (Seen seen : parameters) {
                    if (seen.weight == hook) {
                        instruments.at(seen.at(hook), seen.parameter.weight());
                    }
                }
            }
        }
    }

    private void make(
            Hook hook, Parameter parameter, StepSettings settings, float clip, Tensor made, Measuring measuring) {
        Adam adam = settings.adam();
        float correct1 = (float) (1 / (1 - StrictMath.pow(adam.beta1(), settings.updates())));
        float correct2 = (float) (1 / (1 - StrictMath.pow(adam.beta2(), settings.updates())));
        workers.overElements(made, (from, to) -> {
            int count = Math.toIntExact(to - from);
            MemorySegment out = made.data();
            root(parameter.second().data(), correct2, out, from, count);
            switch (hook) {
                case NORMALISED_GRADIENT ->
                    normalised(parameter.gradient().data(), clip, adam.epsilon(), out, from, count);
                case ADAM_DIRECTION -> direction(parameter.first().data(), correct1, adam.epsilon(), out, from, count);
                default -> {}
            }
            measuring.part((int) (from / Workers.GRAIN), made, from, to);
        });
    }

    // Loops over whole vectors in methods of their own, and what is left over one by one: with masks or choices in them
    // the compiler keeps vectors on the heap.

    /** out = √(second · correct). */
    private static void root(MemorySegment second, float correct, MemorySegment out, long from, int count) {
        long to = from + count;
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(Vectors.load(second, i).mul(correct).lanewise(VectorOperators.SQRT), out, i);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i, (float) Math.sqrt(second.getAtIndex(JAVA_FLOAT, i) * correct));
        }
    }

    /** out = gradient · clip / max(out, epsilon), with the root in out. */
    private static void normalised(
            MemorySegment gradient, float clip, float epsilon, MemorySegment out, long from, int count) {
        long to = from + count;
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector divisor = Vectors.load(out, i).max(epsilon);
            Vectors.store(Vectors.load(gradient, i).mul(clip).div(divisor), out, i);
        }
        for (long i = whole; i < to; i++) {
            float divisor = Math.max(out.getAtIndex(JAVA_FLOAT, i), epsilon);
            out.setAtIndex(JAVA_FLOAT, i, gradient.getAtIndex(JAVA_FLOAT, i) * clip / divisor);
        }
    }

    /** out = first · correct / (out + epsilon), with the root in out. */
    private static void direction(
            MemorySegment first, float correct, float epsilon, MemorySegment out, long from, int count) {
        long to = from + count;
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector divisor = Vectors.load(out, i).add(epsilon);
            Vectors.store(Vectors.load(first, i).mul(correct).div(divisor), out, i);
        }
        for (long i = whole; i < to; i++) {
            float divisor = out.getAtIndex(JAVA_FLOAT, i) + epsilon;
            out.setAtIndex(JAVA_FLOAT, i, first.getAtIndex(JAVA_FLOAT, i) * correct / divisor);
        }
    }
}
