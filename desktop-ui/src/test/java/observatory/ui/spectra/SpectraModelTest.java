package observatory.ui.spectra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class SpectraModelTest {
    private static final int SPECTRA_KEPT = 32; // by a recording, of each weight

    private final Recording run = new Recording(Frames.RUN);
    private final SpectraModel model = new SpectraModel(new Workbench(Frames.source(run)));

    @Test
    void whatBeganAtZeroHasChangedSinceItWasFirstAbove() {
        norms(1, 0, 2, 0);
        norms(2, 0.5, 2, 0);
        norms(3, 4, 1, 0);
        List<SpectraModel.Row> rows = model.rows();
        assertEquals(
                List.of(OptionalDouble.of(8), OptionalDouble.of(0.5), OptionalDouble.empty()),
                rows.stream().map(SpectraModel.Row::change).toList());
    }

    @Test
    void aNormThatIsNoNumberIsToldAsOneAndStandsFirst() {
        norms(1, 1, 1, 1);
        norms(2, 3, Double.NaN, 9);
        List<SpectraModel.Row> rows = model.rows();
        assertEquals(
                List.of(Double.NaN, 9.0, 3.0),
                rows.stream().map(SpectraModel.Row::spectralNorm).toList());
    }

    @Test
    void aFitIsKeptAsLongAsItsSpectrumAndNoLonger() {
        for (int step = 1; step <= 3 * SPECTRA_KEPT; step++) {
            spectrum(step);
            assertTrue(model.rows().getFirst().alpha().isPresent());
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (model.fits() > SPECTRA_KEPT) {
                System.gc();
            }
        });
    }

    private void norms(long step, double... values) {
        run.accept(Frames.frame(step, 0, 2, Frames.sites("spectral_norm", values)));
    }

    private void spectrum(long step) {
        double[] eigenvalues =
                IntStream.rangeClosed(1, 64).mapToDouble(i -> step + i * i).toArray();
        int[] at = new int[eigenvalues.length];
        Arrays.fill(at, 0);
        run.accept(Frames.frame(
                step,
                0,
                2,
                new Sites(
                        List.of(Site.of(Hook.RESIDUAL, 0)),
                        List.of(
                                new Column("spectral_norm", new int[] {0}, new double[] {1}),
                                new Column("eigenvalue", at, eigenvalues)))));
    }
}
