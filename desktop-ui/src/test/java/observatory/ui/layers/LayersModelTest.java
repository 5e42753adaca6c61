package observatory.ui.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.chart.HeatMap;
import observatory.ui.chart.Pool;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

/** Two hooks of three layers, of which the residual stream of layer 1 is the loudest. */
class LayersModelTest {
    private final Recording run = new Recording(Frames.RUN);
    private final Workbench bench = new Workbench(Frames.source(run));
    private final LayersModel model = new LayersModel(bench);

    LayersModelTest() {
        List<Site> sites = List.of(
                Site.of(Hook.MLP_OUT, 0),
                Site.of(Hook.RESIDUAL, 0),
                Site.of(Hook.MLP_OUT, 1),
                Site.of(Hook.RESIDUAL, 1),
                Site.of(Hook.MLP_OUT, 2),
                Site.of(Hook.RESIDUAL, 2));
        int[] all = {0, 1, 2, 3, 4, 5};
        for (int step = 0; step < 10; step++) {
            run.accept(Frames.frame(
                    step,
                    0,
                    2,
                    new Sites(
                            sites,
                            List.of(
                                    new Column("rms", all, new double[] {1, 2, 1, 9, 1, 3}),
                                    new Column("fp16_headroom_bits", all, new double[] {8, 7, 8, 1, 8, 6})))));
        }
    }

    @Test
    void rowsLieTogetherByHookOrByLayer() {
        assertEquals(List.of("▾ mlp out", "▾ residual"), groups());
        assertEquals(List.of("0", "1", "2", "0", "1", "2"), names());
        model.groupingProperty().set(Grouping.LAYER);
        assertEquals(List.of("▾ layer 0", "▾ layer 1", "▾ layer 2"), groups());
        assertEquals(List.of("mlp out", "residual", "mlp out", "residual", "mlp out", "residual"), names());
    }

    /** A gradient has no activation's rms: whoever is led to it sees what was measured of it, and may then look elsewhere. */
    @Test
    void thePlaceThatIsPickedOutIsOnTheMap() {
        Site weight = new Site(Hook.GRADIENT, 1, "mlp.up");
        run.accept(Frames.frame(
                10, 0, 2, new Sites(List.of(weight), List.of(new Column("norm", new int[] {0}, new double[] {3})))));
        model.map();
        assertEquals("rms", model.metricProperty().get());
        bench.siteProperty().set(weight);
        model.map();
        assertEquals("norm", model.metricProperty().get());
        model.metricProperty().set("rms");
        model.map();
        assertEquals("rms", model.metricProperty().get());
    }

    @Test
    void anEmptyMapTellsWhyItIsEmpty() {
        model.filterProperty().set("no such site");
        assertEquals("No site has a name like that.", model.map().missing());
        Recording alone = new Recording(Frames.RUN);
        alone.accept(Frames.loss(1, 2));
        LayersModel scalars = new LayersModel(new Workbench(Frames.source(alone)));
        assertTrue(scalars.map().missing().startsWith("No layers were measured"));
    }

    @Test
    void aFoldedGroupIsOneRowAndAPressOnItPicksTheSiteItShows() {
        model.fold(4);
        assertEquals(List.of("▾ mlp out", "▸ residual"), groups());
        assertEquals(List.of("0", "1", "2", "all"), names());
        model.choose(3, 5);
        assertEquals(Site.of(Hook.RESIDUAL, 1), bench.siteProperty().get());
        assertEquals(3, model.chosenRow());
        model.fold(3);
        assertEquals(4, model.chosenRow(), "its own row again");
        model.pickLayer(2);
        assertEquals(Site.of(Hook.RESIDUAL, 2), bench.siteProperty().get());
    }

    @Test
    void ofAFoldedGroupTheSiteThatBrokeIsPicked() {
        run.accept(Frames.frame(
                10,
                0,
                2,
                new Sites(
                        List.of(Site.of(Hook.RESIDUAL, 0), Site.of(Hook.RESIDUAL, 1), Site.of(Hook.RESIDUAL, 2)),
                        List.of(new Column(
                                "rms", new int[] {0, 1, 2}, new double[] {2, Double.POSITIVE_INFINITY, Double.NaN})))));
        model.fold(4);
        model.choose(3, 10);
        assertEquals(Site.of(Hook.RESIDUAL, 2), bench.siteProperty().get());
    }

    @Test
    void aPressOnARowThatIsNoMorePicksNothing() {
        model.filterProperty().set("no such site");
        model.choose(0, 5);
        assertNull(bench.siteProperty().get());
    }

    @Test
    void allFoldAndUnfoldAndTheKeysWalkOverWhatIsSeen() {
        model.foldAll();
        assertEquals(List.of("all", "all"), names());
        model.move(1);
        model.move(1);
        assertEquals(1, model.chosenRow());
        model.foldAll();
        assertEquals(6, model.map().rows().size());
    }

    @Test
    void aCellShowsTheEndAtWhichTroubleIsUnlessToldOtherwise() {
        assertEquals(Pool.GREATEST, model.map().pool());
        model.metricProperty().set("fp16_headroom_bits");
        assertEquals(Pool.LEAST, model.map().pool(), "few bits of headroom are the trouble");
        model.fold(4);
        model.choose(3, 5);
        assertEquals(Site.of(Hook.RESIDUAL, 1), bench.siteProperty().get());
        model.pool(Pool.LAST);
        assertEquals(Pool.LAST, model.map().pool());
        model.metricProperty().set("rms");
        assertEquals(Pool.GREATEST, model.map().pool(), "each metric keeps its own");
    }

    private List<String> groups() {
        return model.map().rows().stream().map(HeatMap.Row::group).distinct().toList();
    }

    private List<String> names() {
        return model.map().rows().stream().map(HeatMap.Row::name).toList();
    }
}
