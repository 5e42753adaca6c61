package observatory.ui.frame;

import java.util.List;
import java.util.Locale;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import observatory.ui.Workbench;
import observatory.ui.batch.DataView;
import observatory.ui.compare.CompareView;
import observatory.ui.health.HealthView;
import observatory.ui.incident.IncidentsModel;
import observatory.ui.incident.IncidentsView;
import observatory.ui.layers.LayersView;
import observatory.ui.noise.NoiseView;
import observatory.ui.overview.OverviewView;
import observatory.ui.precision.PrecisionView;
import observatory.ui.probes.ProbesView;
import observatory.ui.spectra.SpectraView;

/** The tabs of the window. */
final class Screens {
    private final TabPane tabs = new TabPane();
    private final List<Screen> all;

    Screens(Workbench bench, Outside outside) {
        IncidentsModel incidents = new IncidentsModel(bench, outside.clock());
        all = List.of(
                new OverviewView(bench),
                new LayersView(bench),
                new PrecisionView(bench),
                new SpectraView(bench),
                new NoiseView(bench),
                new DataView(bench),
                new IncidentsView(bench, incidents),
                new CompareView(bench),
                new ProbesView(bench, outside.control()),
                new HealthView(bench));
        for (Screen screen : all) {
            Tab tab = new Tab(screen.title(), screen.node());
            tab.setClosable(false);
            tabs.getTabs().add(tab);
        }
        tabs.setTabMinWidth(40);
    }

    TabPane node() {
        return tabs;
    }

    int count() {
        return all.size();
    }

    String title(int number) {
        return all.get(number).title();
    }

    Screen current() {
        return all.get(tabs.getSelectionModel().getSelectedIndex());
    }

    void show(int number) {
        if (number < all.size()) {
            tabs.getSelectionModel().select(number);
            all.get(number).node().requestFocus();
        }
    }

    /** The screen of that title, in any case; false where there is none. */
    boolean show(String title) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).title().toLowerCase(Locale.ROOT).equals(title.toLowerCase(Locale.ROOT))) {
                show(i);
                return true;
            }
        }
        return false;
    }
}
