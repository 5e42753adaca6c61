package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.RowNorms;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * The norm of the residual stream token by token, ‖x_t‖₂, and the danger in the sum of squares that the next norm takes
 * of it: in fp16 it overflows where rms > √(65504 / width), 4.0 at width 4096. Bits are doublings of that sum left for
 * the largest token. Reads 4 bytes and takes 2 flops an element.
 */
@Metric(name = "token_norm", tells = "root mean square over tokens of the Euclidean norm of a token's vector")
@Metric(name = "token_norm_max", merge = Merge.MAX, tells = "largest Euclidean norm of a token's vector")
@Metric(
        name = "sum_squares_headroom_bits",
        unit = "bit",
        tells = "doublings of Σx² of a token left before fp16 overflows")
public record TokenNorm(Set<Hook> hooks, Schedule schedule) implements Probe<RowNorms> {

    @Override
    public Reduction<RowNorms> reduction() {
        return new Reduction.ToRows();
    }

    @Override
    public void read(Site site, RowNorms rows, SampleSink out) {
        out.sample(site, "token_norm", rows.rms());
        out.sample(site, "token_norm_max", rows.largest());
        out.sample(site, "sum_squares_headroom_bits", Format.FP16.headroomBits(rows.largestSquare()));
    }
}
