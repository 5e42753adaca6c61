package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.ui.batch.DataModel;
import observatory.ui.compare.CompareModel;
import observatory.ui.health.HealthModel;
import observatory.ui.layers.LayersModel;
import observatory.ui.noise.NoiseModel;
import observatory.ui.overview.OverviewModel;
import observatory.ui.precision.PrecisionModel;
import observatory.ui.probes.ProbesModel;
import observatory.ui.source.Replay;
import observatory.ui.spectra.SpectraModel;
import org.junit.jupiter.api.Test;

/** Runs of no step, and of more sites than any screen has rows: every screen has something to say, and says it. */
class ExtremeRunsTest {
    private static final int SITES = 4096;

    @Test
    void anEmptyRunIsShownAsOne() {
        Workbench bench = new Workbench(new Replay(Frames.RUN, List.of()));
        everyScreen(bench);
        assertTrue(new LayersModel(bench).map().rows().isEmpty());
        assertTrue(new PrecisionModel(bench).ranges().isEmpty());
        assertEquals(Optional.empty(), new DataModel(bench).step());
    }

    @Test
    void aRunOf4096SitesIsShownWhole() {
        List<Telemetry> tape = new ArrayList<>();
        List<Site> sites = new ArrayList<>();
        int[] at = new int[SITES];
        for (int i = 0; i < SITES; i++) {
            sites.add(Site.of(Hook.RESIDUAL, i));
            at[i] = i;
        }
        for (int step = 0; step < 4; step++) {
            double[] values = new double[SITES];
            for (int i = 0; i < SITES; i++) {
                values[i] = 1 + i + step;
            }
            List<Column> columns = List.of(
                    new Column("abs_max", at, values),
                    new Column("rms", at, values),
                    new Column("spectral_norm", at, values));
            Frame plain = Frames.frame(step, 0, 2, new Sites(sites, columns));
            tape.add(plain);
        }
        Workbench bench = new Workbench(new Replay(Frames.RUN, tape));
        everyScreen(bench);
        LayersModel layers = new LayersModel(bench);
        assertEquals(SITES, layers.map().rows().size());
        assertEquals(SITES, new SpectraModel(bench).rows().size());
        PrecisionModel precision = new PrecisionModel(bench);
        assertEquals(SITES, precision.ranges().size());
        assertEquals(
                Site.of(Hook.RESIDUAL, SITES - 1), precision.ranges().getFirst().site(), "the nearest to overflow");
    }

    private static void everyScreen(Workbench bench) {
        new OverviewModel(bench).plots();
        LayersModel layers = new LayersModel(bench);
        layers.history();
        layers.profile();
        PrecisionModel precision = new PrecisionModel(bench);
        precision.lossScale();
        precision.history(null);
        SpectraModel spectra = new SpectraModel(bench);
        spectra.norms(spectra.rows());
        spectra.density(spectra.rows());
        NoiseModel noise = new NoiseModel(bench);
        assertFalse(noise.measured(), "which is said in place of its charts");
        DataModel data = new DataModel(bench);
        data.rows();
        data.plots();
        CompareModel compare = new CompareModel(bench);
        compare.span(compare.plot());
        compare.settings();
        ProbesModel probes = new ProbesModel(bench);
        probes.changes();
        probes.cost();
        new HealthModel(bench).rows();
        Header.of(bench.run());
    }
}
