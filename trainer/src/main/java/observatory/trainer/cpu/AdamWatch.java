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

/**
 * What observers see of the optimiser after an update: ratios of its moments, made for them, and the weights. What {@link
 * AdamW} makes for them as it goes, it makes with the loops here.
 */
final class AdamWatch {
    private static final Set<Hook> MADE = EnumSet.of(Hook.ADAM_DIRECTION, Hook.SECOND_MOMENT);
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
    void show(StepSettings settings, UnaryOperator<Tensor> scratch) {
        for (Hook hook : MADE) {
            instruments.making(hook, () -> {
                for (Seen seen : parameters) {
                    Tensor made = scratch.apply(seen.parameter.weight());
                    Measuring measuring = lines.measuring(Workers.parts(made.size(), 1));
                    make(hook, seen.parameter, settings, made, measuring);
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

    private void make(Hook hook, Parameter parameter, StepSettings settings, Tensor made, Measuring measuring) {
        Adam adam = settings.adam();
        float correct1 = (float) (1 / (1 - StrictMath.pow(adam.beta1(), settings.updates())));
        float correct2 = (float) (1 / (1 - StrictMath.pow(adam.beta2(), settings.updates())));
        Ratio ratio =
                new Ratio(parameter.first().data(), correct1, parameter.second().data(), correct2, adam.epsilon());
        workers.overElements(made, (from, to) -> {
            if (hook == Hook.ADAM_DIRECTION) {
                direction(ratio, made, from, to);
            } else {
                root(ratio, made, from, to);
            }
            measuring.part((int) (from / Workers.GRAIN), made, from, to);
        });
    }

    /** What is divided by the root of the second moment, by what both are multiplied first, and what guards the root. */
    record Ratio(MemorySegment dividend, float factor, MemorySegment second, float correct, float epsilon) {
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

    static void normalised(Ratio ratio, AdamW.Place made, long from, long to) {
        MemorySegment out = made.tensor().data();
        float epsilon = ratio.epsilon;
        long moved = made.at() - from;
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            FloatVector root = ratio.root(i);
            // As max would, in two instructions instead of five: what is no number stays none.
            FloatVector divisor = root.blend(epsilon, root.lt(epsilon));
            Vectors.store(ratio.dividend(i).div(divisor), out, i + moved);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i + moved, ratio.dividendAt(i) / Math.max(ratio.rootAt(i), epsilon));
        }
    }

    private static void direction(Ratio ratio, Tensor made, long from, long to) {
        MemorySegment out = made.data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(ratio.dividend(i).div(ratio.root(i).add(ratio.epsilon)), out, i);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i, ratio.dividendAt(i) / (ratio.rootAt(i) + ratio.epsilon));
        }
    }

    private static void root(Ratio ratio, Tensor made, long from, long to) {
        MemorySegment out = made.data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(ratio.root(i), out, i);
        }
        for (long i = whole; i < to; i++) {
            out.setAtIndex(JAVA_FLOAT, i, ratio.rootAt(i));
        }
    }
}
