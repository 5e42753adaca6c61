package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.probe.Reduction;
import observatory.trainer.Model.StepSettings;

/** What happens to gradients once they are there: rounded, unscaled, measured, and turned into an update. */
final class Optimiser {
    private static final Reduction<?> NORMS = new Reduction.ToNorms();

    private final List<Parameter> parameters;
    private final Operations ops;
    private final Instruments<Tensor> instruments;
    private final AdamW adam;
    private final Arena arena;
    private final AdamWatch watch;
    private Tensor before; // as large as the largest parameter; made when an update is first looked at

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
        boolean observed = instruments.wants(Hook.UPDATE);
        for (Parameter parameter : parameters) {
            Tensor weight = parameter.weight();
            AdamW.Observed seen = observed ? AdamW.Observed.in(scratch(weight), ops.lines()) : null;
            adam.update(parameter, settings, clipFactor, seen);
            parameter.refresh(ops.rounding());
            if (observed) {
                instruments.spent(
                        Hook.UPDATE, NORMS, seen.nanos() / ops.workers().threads());
                instruments.at(
                        parameter.updateSite(),
                        seen.update().measured(seen.ofUpdate().moments()),
                        weight.measured(seen.ofWeight().moments()));
            }
        }
        watch.show(settings, clipFactor, this::scratch);
    }

    /** A tensor of the same shape, whose content is whatever was there. */
    private Tensor scratch(Tensor weight) {
        if (before == null) {
            long largest = parameters.stream()
                    .mapToLong(parameter -> parameter.weight().size())
                    .max()
                    .orElseThrow();
            before = Tensor.zeros(arena, 1, Math.toIntExact(largest));
        }
        return before.shaped(0, weight.rows(), weight.columns());
    }
}
