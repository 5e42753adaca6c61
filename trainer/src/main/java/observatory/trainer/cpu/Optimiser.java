package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.UnaryOperator;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.probe.Reduction;
import observatory.trainer.Model.StepSettings;

/** What happens to gradients once they are there: rounded, unscaled, measured, and turned into an update. */
final class Optimiser {
    private final List<Parameter> parameters;
    private final Operations ops;
    private final Instruments<Tensor> instruments;
    private final AdamW adam;
    private final Arena arena;
    private final AdamWatch watch;
    // Each as large as the largest parameter, and made when it is first looked at.
    private Tensor before;
    private Tensor beside;

    Optimiser(Arena arena, List<Parameter> parameters, Operations ops, Instruments<Tensor> instruments) {
        this.arena = arena;
        this.parameters = parameters;
        this.ops = ops;
        this.instruments = instruments;
        this.adam = new AdamW(ops.workers());
        this.watch = new AdamWatch(parameters, ops, instruments);
    }

    /** Rounds the gradients as they were written, divides them by the loss scale, and takes their global norm. */
    double gradients(double lossScale) {
        double squares = 0;
        for (Parameter parameter : parameters) {
            ops.rounding().round(parameter.gradient());
            if (lossScale != 1) {
                ops.elementwise().scale(parameter.gradient(), (float) (1 / lossScale));
            }
            // What training takes of a gradient is what observers ask for first.
            Moments moments = Sums.moments(ops.workers(), parameter.gradient());
            instruments.at(parameter.gradientSite(), parameter.gradient().measured(moments));
            squares += squares(moments);
        }
        return Math.sqrt(squares);
    }

    /** Not finite as soon as one element is not. */
    private static double squares(Moments moments) {
        return moments.norm() * moments.norm();
    }

    void update(StepSettings settings, double clipFactor) {
        boolean updates = instruments.wants(Hook.UPDATE);
        boolean ratios = instruments.wants(Hook.NORMALISED_GRADIENT);
        for (Parameter parameter : parameters) {
            Tensor weight = parameter.weight();
            AdamW.Made update = updates ? made(Hook.UPDATE, weight, this::scratch) : null;
            AdamW.Made ratio = ratios ? made(Hook.NORMALISED_GRADIENT, weight, this::second) : null;
            Measuring ofWeight = updates ? measuring(weight) : null;
            AdamW.Observed observed = updates || ratios ? new AdamW.Observed(update, ofWeight, ratio) : null;
            adam.update(parameter, settings, clipFactor, observed);
            parameter.refresh(ops.rounding());
            if (updates) {
                spent(Hook.UPDATE, update.measuring());
                spent(Hook.UPDATE, ofWeight);
                instruments.at(parameter.updateSite(), update.measured(weight), weight.measured(ofWeight.moments()));
            }
            if (ratios) {
                spent(Hook.NORMALISED_GRADIENT, ratio.measuring());
                instruments.at(parameter.ratioSite(), ratio.measured(weight));
            }
        }
        watch.show(settings, this::scratch);
    }

    /** @param scratch gives a tensor to make it in, where anybody asks for more than moments */
    private AdamW.Made made(Hook hook, Tensor weight, UnaryOperator<Tensor> scratch) {
        boolean momentsOnly = instruments.due(hook).stream()
                .allMatch(due -> due instanceof Reduction.ToMoments || due instanceof Reduction.ToNorms);
        return new AdamW.Made(momentsOnly ? null : scratch.apply(weight), measuring(weight));
    }

    private Measuring measuring(Tensor tensor) {
        return ops.lines().measuring(Workers.parts(tensor.size(), 1));
    }

    /** Charges the first of what is due at a hook with its share of the threads' time. */
    private void spent(Hook hook, Measuring measuring) {
        instruments.spent(
                hook,
                instruments.due(hook).getFirst(),
                measuring.nanos(ops.workers().threads()));
    }

    /** A tensor of the same shape, whose content is whatever was there. */
    private Tensor scratch(Tensor weight) {
        before = before == null ? largest() : before;
        return before.shaped(0, weight.rows(), weight.columns());
    }

    /** Another one. */
    private Tensor second(Tensor weight) {
        beside = beside == null ? largest() : beside;
        return beside.shaped(0, weight.rows(), weight.columns());
    }

    private Tensor largest() {
        long largest = parameters.stream()
                .mapToLong(parameter -> parameter.weight().size())
                .max()
                .orElseThrow();
        return Tensor.zeros(arena, 1, Math.toIntExact(largest));
    }
}
