package observatory.ui.spectra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeMap;
import observatory.ui.chart.Trace;
import org.junit.jupiter.api.Test;

class SingularValuesTest {
    @Test
    void theyAreRootsOfTheEigenvaluesCountedFromTheTop() {
        TreeMap<Long, double[]> spectra = new TreeMap<>();
        spectra.put(100L, new double[] {1, 4, 9, 16});
        spectra.put(200L, new double[] {-1e-18, 4, 9, 25}); // rounding may put a zero below zero
        List<Trace> traces = SingularValues.of(spectra);
        assertEquals(List.of("σ1", "σ2", "σ4"), traces.stream().map(Trace::name).toList());
        assertEquals(200, traces.getFirst().index().lastStep());
        assertEquals(4, traces.get(0).series().at(0));
        assertEquals(5, traces.get(0).series().at(1));
        assertEquals(3, traces.get(1).series().at(1));
        assertEquals(1, traces.get(2).series().at(0));
        assertEquals(0, traces.get(2).series().at(1));
    }

    @Test
    void withoutSpectraThereAreNone() {
        assertTrue(SingularValues.of(new TreeMap<>()).isEmpty());
    }
}
