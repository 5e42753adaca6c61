package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.ColumnSums;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * The largest attention logit |q·k|/√d of each layer and head, over all queries and the keys they see. Instability
 * comes with logits of thousands (Wortsman et al. 2023, arXiv 2309.14322); 50 is worth a look, 100 is where QK-clip
 * acts, and QK-norm or a smaller learning rate is the cure. The tensor (B·T, H) is made for the probe, one comparison
 * for each logit; reducing it is 4 bytes and 5 flops for each query and head.
 */
@Metric(
        name = "attention_logit_max",
        merge = Merge.MAX,
        tells = "largest magnitude of an attention logit; of a layer, and of each head")
public record AttentionLogits(Schedule schedule) implements Probe<ColumnSums> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.ATTENTION_LOGITS);
    }

    @Override
    public Reduction<ColumnSums> reduction() {
        return new Reduction.ToColumns();
    }

    @Override
    public void read(Site site, ColumnSums heads, SampleSink out) {
        double largest = 0;
        for (double logit : heads.absMax()) {
            largest = Math.max(largest, logit);
        }
        out.sample(site, "attention_logit_max", largest);
        for (int head = 0; head < heads.columns(); head++) {
            out.sample(Heads.site(site, head), "attention_logit_max", heads.absMax()[head]);
        }
    }
}
