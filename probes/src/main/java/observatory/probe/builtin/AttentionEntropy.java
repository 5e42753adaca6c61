package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.ColumnSums;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * How widely attention looks: -Σ p ln p of each query, over the most it could be, ln of the keys it sees; 1 is uniform,
 * 0 is one key. Its collapse goes with instability (Zhai et al. 2023, arXiv 2303.06296): below 0.05, or halved within
 * 500 steps, is worth a look. The mean over queries, of each layer and head. The tensor (B·T, H) is made for the probe,
 * 3 flops for each logit; reducing it is 4 bytes and 5 flops for each query and head.
 */
@Metric(
        name = "attention_entropy",
        tells = "mean attention entropy over its maximum, 0 to 1; of a layer, and of each head")
public record AttentionEntropy(Schedule schedule) implements Probe<ColumnSums> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.ATTENTION_ENTROPY);
    }

    @Override
    public Reduction<ColumnSums> reduction() {
        return new Reduction.ToColumns();
    }

    @Override
    public void read(Site site, ColumnSums heads, SampleSink out) {
        double sum = 0;
        for (double head : heads.sum()) {
            sum += head;
        }
        out.sample(site, "attention_entropy", sum / heads.rows() / heads.columns());
        for (int head = 0; head < heads.columns(); head++) {
            out.sample(Heads.site(site, head), "attention_entropy", heads.sum()[head] / heads.rows());
        }
    }
}
