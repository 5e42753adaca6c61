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
        MemorySegment second = parameter.second().data();
        workers.overElements(made, (from, to) -> {
            MemorySegment out = made.data();
            switch (hook) {
                case NORMALISED_GRADIENT ->
                    normalised(
                            new Ratio(parameter.gradient().data(), clip, second, correct2),
                            adam.epsilon(),
                            out,
                            from,
                            to);
                case ADAM_DIRECTION ->
                    direction(
                            new Ratio(parameter.first().data(), correct1, second, correct2),
                            adam.epsilon(),
                            out,
                            from,
                            to);
                default -> root(second, correct2, out, from, to);
            }
            measuring.part((int) (from / Workers.GRAIN), made, from, to);
        });
    }

    /** What is divided by the root of the second moment, and by what both are multiplied first. */
    private record Ratio(MemorySegment dividend, float factor, MemorySegment second, float correct) {
        FloatVector dividend(long at) {
            return Vectors.load(dividend, at).mul(factor);
        }

        float dividendAt(long at) {
            return dividend.getAtIndex(JAVA_FLOAT, at) * factor;
        }

        FloatVector root(long at) {
            return Vectors.load(second, at).mul(correct).lanewise(VectorOperators.SQRT);
        }

        float rootAt(long at) {
            return (float) Math.sqrt(second.getAtIndex(JAVA_FLOAT, at) * correct);
        }
    }

    // Loops over whole vectors in methods of their own, and what is left over one by one: with masks or choices in them
    // the compiler keeps vectors on the heap.

    private static void normalised(Ratio ratio, float epsilon, MemorySegment out, long from, long to) {
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector root = ratio.root(i);
            // As max would, in two instructions instead of five: what is no number stays none.
            FloatVector divisor = root.blend(epsilon, root.lt(epsilon));
            Vectors.store(ratio.dividend(i).div(divisor), out, i);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i, ratio.dividendAt(i) / Math.max(ratio.rootAt(i), epsilon));
        }
    }

    private static void direction(Ratio ratio, float epsilon, MemorySegment out, long from, long to) {
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(ratio.dividend(i).div(ratio.root(i).add(epsilon)), out, i);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i, ratio.dividendAt(i) / (ratio.rootAt(i) + epsilon));
        }
    }

    private static void root(MemorySegment second, float correct, MemorySegment out, long from, long to) {
        Ratio ratio = new Ratio(second, 1, second, correct);
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(ratio.root(i), out, i);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i, ratio.rootAt(i));
        }
    }
}
