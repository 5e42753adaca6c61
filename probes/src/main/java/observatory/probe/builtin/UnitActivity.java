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
 * Which units (columns) work. A unit is dead in this step where no token drives it above 1e-6 in magnitude. The
 * kurtosis over neurons is E_j[s_j²] / (E_j s_j)² with s_j = E_i x_ij², from 1 (all alike) to the number of units (one
 * carries all), as in He et al. 2024, arXiv 2405.19279. Reads 4 bytes and takes 5 flops an element.
 */
@Metric(name = "dead_fraction", tells = "share of units that no token of the step drives above 1e-6 in magnitude")
@Metric(name = "neuron_kurtosis", tells = "mean squared over squared mean of the units' mean squares; 1 to the width")
public record UnitActivity(Set<Hook> hooks, Schedule schedule) implements Probe<ColumnSums> {
    private static final double DEAD = 1e-6;

    @Override
    public Reduction<ColumnSums> reduction() {
        return new Reduction.ToColumns();
    }

    @Override
    public void read(Site site, ColumnSums columns, SampleSink out) {
        int dead = 0;
        double sum = 0;
        double squares = 0;
        for (int j = 0; j < columns.columns(); j++) {
            dead += columns.absMax()[j] < DEAD ? 1 : 0;
            double s = columns.sumOfSquares()[j] / columns.rows();
            sum += s;
            squares += s * s;
        }
        out.sample(site, "dead_fraction", (double) dead / columns.columns());
        out.sample(site, "neuron_kurtosis", sum > 0 ? columns.columns() * squares / (sum * sum) : Double.NaN);
    }
}
