package observatory.ui.spectra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import observatory.ui.chart.Trace;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * The singular values of one weight over the steps at which its spectrum was taken: the largest, and those whose number
 * from the top is a power of two, so that a few lines tell the whole fall.
 */
final class SingularValues {
    private static final int LINES = 6;

    private SingularValues() {}

    /** @param spectra ascending eigenvalues of WᵀW, which are squares of singular values, by step */
    static List<Trace> of(NavigableMap<Long, double[]> spectra) {
        List<Trace> traces = new ArrayList<>();
        int least = spectra.values().stream().mapToInt(one -> one.length).min().orElse(0);
        for (int rank = 1; rank <= least && traces.size() < LINES; rank *= 2) {
            StepIndex.Growing steps = new StepIndex.Growing();
            Series values = new Series();
            for (Map.Entry<Long, double[]> spectrum : spectra.entrySet()) {
                double[] ascending = spectrum.getValue();
                steps.append(spectrum.getKey());
                values.append(Math.sqrt(Math.max(0, ascending[ascending.length - rank])));
            }
            traces.add(Trace.raw("σ" + rank, steps.index(), values, traces.size()));
        }
        return traces;
    }
}
