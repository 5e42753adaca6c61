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
 * The danger in q·kᵀ before it is scaled: in fp16 it overflows where |q·k| exceeds 65504, although the logit it becomes
 * is √d smaller. Bits are doublings left of the largest in the model: log2(65504) - log2(max logit · √d). Scaling q
 * before the product is the cure. From {@link AttentionLogits}; costs nothing of its own.
 */
@Metric(
        name = "qk_headroom_bits",
        unit = "bit",
        merge = Merge.MIN,
        tells = "doublings of q·k before scaling left before fp16 overflows")
public record QueryKeyHeadroom(Schedule schedule) implements StepProbe {

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        var headWidth = facts.scalars().find(Scalars.HEAD_WIDTH);
        var logits = sites.column("attention_logit_max");
        if (headWidth.isPresent() && logits.isPresent() && logits.get().size() > 0) {
            double largest = 0;
            for (double logit : logits.get().values()) {
                largest = Math.max(largest, logit);
            }
            out.scalar("qk_headroom_bits", Format.FP16.headroomBits(largest * Math.sqrt(headWidth.getAsDouble())));
        }
    }
}
