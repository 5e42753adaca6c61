package observatory.ui.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.binding.Bindings;
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
import observatory.ui.replay.ReplayModel;
import observatory.ui.spectra.SpectraView;

/** The tabs of the window. A screen is made when it is first looked at, so that the first one is there at once. */
final class Screens {
    private static final double LEAST_TAB = 40;
    private static final double MOST_TAB = 90;
    private static final double TAB_AIR =
            22; // what a tab takes beside its title, and more: tabs must not widen the window

    private final TabPane tabs = new TabPane();
    private final List<Lazy> all = new ArrayList<>();

    /** A screen that may not be there yet. */
    private static final class Lazy {
        private final Supplier<Screen> make;
        private final Tab tab;
        private Screen screen;

        Lazy(String title, Supplier<Screen> make) {
            this.make = make;
            this.tab = new Tab(title);
            tab.setClosable(false);
        }

        Screen made() {
            if (screen == null) {
                screen = make.get();
                tab.setContent(screen.node());
            }
            return screen;
        }
    }

    private static ReplayModel replays(Outside outside) {
        return new ReplayModel(
                outside.replayer(),
                work -> Thread.ofPlatform().name("observatory-replay").daemon().start(work),
                Platform::runLater);
    }

    Screens(Workbench bench, Outside outside, IncidentsModel incidents) {
        add("Overview", () -> new OverviewView(bench));
        add("Layers", () -> new LayersView(bench));
        add("Precision", () -> new PrecisionView(bench));
        add("Spectra", () -> new SpectraView(bench));
        add("Noise", () -> new NoiseView(bench));
        add("Data", () -> new DataView(bench));
        add("Incidents", () -> new IncidentsView(bench, incidents, replays(outside)));
        add("Compare", () -> new CompareView(bench));
        add("Probes", () -> new ProbesView(bench, outside.control()));
        add("Health", () -> new HealthView(bench));
        tabs.tabMinWidthProperty()
                .bind(Bindings.createDoubleBinding(
                        () -> Math.clamp(tabs.getWidth() / all.size() - TAB_AIR, LEAST_TAB, MOST_TAB),
                        tabs.widthProperty()));
        tabs.getSelectionModel().selectedIndexProperty().addListener((property, old, chosen) -> current());
    }

    private void add(String title, Supplier<Screen> make) {
        Lazy lazy = new Lazy(title, make);
        all.add(lazy);
        tabs.getTabs().add(lazy.tab);
    }

    TabPane node() {
        return tabs;
    }

    int count() {
        return all.size();
    }

    String title(int number) {
        return all.get(number).tab.getText();
    }

    Screen current() {
        return all.get(tabs.getSelectionModel().getSelectedIndex()).made();
    }

    void show(int number) {
        if (number < all.size()) {
            tabs.getSelectionModel().select(number);
            current().node().requestFocus();
        }
    }

    /** The screen of that title, in any case; false where there is none. */
    boolean show(String title) {
        for (int i = 0; i < all.size(); i++) {
            if (title(i).toLowerCase(Locale.ROOT).equals(title.toLowerCase(Locale.ROOT))) {
                show(i);
                return true;
            }
        }
        return false;
    }
}
