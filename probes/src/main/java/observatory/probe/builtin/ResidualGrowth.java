package observatory.probe.builtin;

import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * How fast the residual stream grows over depth: ln(rms of the last layer / rms of the first) per layer between them,
 * as OLMo 2 has it. Before training it grows as √layer; a doubling within 1,000 steps is worth a look. From {@link
 * ActivationScale} at the residual stream; costs nothing of its own.
 */
@Metric(name = "residual_growth", tells = "mean logarithm by which the residual stream's rms grows from layer to layer")
public record ResidualGrowth(Schedule schedule) implements StepProbe {

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        sites.column("rms").ifPresent(rms -> {
            double first = Double.NaN;
            double last = Double.NaN;
            int layers = 0;
            for (int i = 0; i < rms.size(); i++) {
                if (sites.sites().get(rms.at()[i]).hook() == Hook.RESIDUAL) {
                    first = layers == 0 ? rms.values()[i] : first;
                    last = rms.values()[i];
                    layers++;
                }
            }
            if (layers > 1) {
                out.scalar("residual_growth", Math.log(last / first) / (layers - 1));
            }
        });
    }
}
