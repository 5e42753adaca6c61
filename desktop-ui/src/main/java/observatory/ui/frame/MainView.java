package observatory.ui.frame;

import java.util.List;
import javafx.scene.Scene;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.layout.BorderPane;
import observatory.ui.Theme;
import observatory.ui.Workbench;
import observatory.ui.overview.OverviewView;

/** The window's content: header above, screens in tabs. */
public final class MainView {
    private final Workbench bench;
    private final HeaderView header;
    private final TabPane tabs = new TabPane();
    private final List<Screen> screens;
    private final BorderPane root = new BorderPane();
    private long shownVersion = -1;
    private boolean stale = true;

    public MainView(Workbench bench) {
        this.bench = bench;
        this.header = new HeaderView(bench);
        this.screens = List.of(new OverviewView(bench));
        for (Screen screen : screens) {
            Tab tab = new Tab(screen.title(), screen.node());
            tab.setClosable(false);
            tabs.getTabs().add(tab);
        }
        tabs.getSelectionModel().selectedIndexProperty().addListener(changed -> stale = true);
        root.getStyleClass().add("window");
        root.setTop(header.node());
        root.setCenter(tabs);
        bench.brushProperty().addListener(changed -> stale = true);
        bench.crosshairProperty().addListener(changed -> stale = true);
        bench.scaleProperty().addListener(changed -> stale = true);
        bench.smoothingProperty().addListener(changed -> stale = true);
        bench.clipProperty().addListener(changed -> stale = true);
        bench.sourceProperty().addListener(changed -> stale = true);
    }

    public BorderPane node() {
        return root;
    }

    /** Dresses a scene in the theme of the moment, and again when that changes. */
    public void dress(Scene scene) {
        Theme theme = bench.themeProperty().get();
        scene.setUserAgentStylesheet(theme.widgets());
        scene.getStylesheets()
                .setAll(
                        MainView.class.getResource(theme.ours()).toExternalForm(),
                        MainView.class
                                .getResource("/observatory/ui/observatory.css")
                                .toExternalForm());
        stale = true;
    }

    /** Brings the screen up to date where there is anything new; called on every beat of the window. */
    public void refresh() {
        header.refresh();
        long version = bench.run().version();
        if (stale || version != shownVersion) {
            stale = false;
            shownVersion = version;
            screens.get(tabs.getSelectionModel().getSelectedIndex()).refresh();
        }
    }
}
