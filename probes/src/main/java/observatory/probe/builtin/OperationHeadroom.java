package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Moments;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * Overflow inside an activation function, where the tensors before and after it may look harmless: in fp16 a square, as
 * squared ReLU takes it, overflows from |x| = 255.94, a cube, as the tanh form of GeLU takes it, from 40.31. Bits are
 * doublings left of that intermediate: log2(65504) - 2·log2(max|x|), and 3·log2. Exact; shares its reduction with
 * {@link ActivationScale}.
 */
@Metric(
        name = "square_headroom_bits",
        unit = "bit",
        merge = Merge.MIN,
        tells = "doublings of x² left before it overflows in fp16")
@Metric(
        name = "cube_headroom_bits",
        unit = "bit",
        merge = Merge.MIN,
        tells = "doublings of x³ left before it overflows in fp16")
public record OperationHeadroom(Schedule schedule) implements Probe<Moments> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.MLP_UP);
    }

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        double largest = moments.infinite() > 0 ? Double.POSITIVE_INFINITY : moments.absMax();
        out.sample(site, "square_headroom_bits", Format.FP16.headroomBits(largest * largest));
        out.sample(site, "cube_headroom_bits", Format.FP16.headroomBits(largest * largest * largest));
    }
}
