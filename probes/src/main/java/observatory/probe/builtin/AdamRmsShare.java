package observatory.probe.builtin;

import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * The worst parameter's {@link AdamRms} over its largest possible value: max RMS_t · √(1 - β2), 0 to 1 whatever β2 is.
 * The rule of thumb "2.3" for β2 = 0.99 is 0.23 here. Costs nothing of its own.
 */
@Metric(
        name = "adam_rms_share",
        merge = Merge.MAX,
        tells = "largest adam_rms of a parameter over its bound 1/sqrt(1 - beta2); 0 to 1")
public record AdamRmsShare(Schedule schedule) implements StepProbe {

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        var beta2 = facts.scalars().find(Scalars.ADAM_BETA2);
        var rms = sites.column("adam_rms");
        if (beta2.isPresent() && rms.isPresent() && rms.get().size() > 0) {
            double largest = 0;
            for (double value : rms.get().values()) {
                largest = Math.max(largest, value);
            }
            out.scalar("adam_rms_share", largest * Math.sqrt(1 - beta2.getAsDouble()));
        }
    }
}
