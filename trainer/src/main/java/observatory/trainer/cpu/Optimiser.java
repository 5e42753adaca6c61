package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.trainer.Model.StepSettings;

/** What happens to gradients once they are there: rounded, unscaled, measured, and turned into an update. */
final class Optimiser {
    private final List<Parameter> parameters;
    private final Operations ops;
    private final Instruments<Tensor> instruments;
    private final AdamW adam;
    private final UpdateWatch watch;

    Optimiser(Arena arena, List<Parameter> parameters, Operations ops, Instruments<Tensor> instruments) {
        this.parameters = parameters;
        this.ops = ops;
        this.instruments = instruments;
        this.adam = new AdamW(ops.workers());
        this.watch = new UpdateWatch(arena, parameters, ops, instruments);
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
            instruments.at(parameter.gradientSite(), parameter.gradient().measured(Measuring.MOMENTS, moments));
            squares += squares(moments);
        }
        return Math.sqrt(squares);
    }

    /** Not finite as soon as one element is not. */
    private static double squares(Moments moments) {
        return moments.norm() * moments.norm();
    }

    void update(StepSettings settings, double clipFactor) {
        for (UpdateWatch.Watched watched : watch.parameters()) {
            UpdateWatch.Update observed = watched.begin();
            adam.update(watched.parameter(), settings, clipFactor, observed);
            watched.parameter().refresh(ops.rounding());
            if (observed != null) {
                observed.show();
            }
        }
        watch.showWeights();
    }
}
