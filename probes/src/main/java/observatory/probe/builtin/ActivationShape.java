package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Shape;
import observatory.probe.Site;

/**
 * The shape of an activation's distribution: mean, kurtosis m4/m2² over all elements (3 for a Gaussian, not the
 * excess), and the share of exact zeros. Heavy tails grow before outlier features appear; zeros are what ReLU-like
 * units drop. Reads 4 bytes and takes 8 flops an element.
 */
@Metric(name = "mean", merge = Merge.MEAN, tells = "mean of the finite elements")
@Metric(name = "kurtosis", tells = "fourth central moment over the squared variance; 3 for a Gaussian")
@Metric(name = "zero_fraction", tells = "share of elements that are exactly zero")
public record ActivationShape(Set<Hook> hooks, Schedule schedule) implements Probe<Shape> {

    @Override
    public Reduction<Shape> reduction() {
        return new Reduction.ToShape();
    }

    @Override
    public void read(Site site, Shape shape, SampleSink out) {
        out.sample(site, "mean", shape.mean());
        out.sample(site, "kurtosis", shape.kurtosis());
        out.sample(site, "zero_fraction", shape.zeroFraction());
    }
}
