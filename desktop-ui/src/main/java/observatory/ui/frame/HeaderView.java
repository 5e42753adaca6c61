package observatory.ui.frame;

import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import observatory.ui.Connection;
import observatory.ui.Header;
import observatory.ui.Workbench;

/** The line above the screens: the run, how far it is, and how the screen hangs together with it. */
final class HeaderView {
    private final Workbench bench;
    private final Label run = new Label();
    private final Label step = new Label();
    private final Label loss = new Label();
    private final Label speed = new Label();
    private final Label remaining = new Label();
    private final Label pill = new Label();
    private final HBox root;
    private Connection.State shown;

    HeaderView(Workbench bench, ControlsView controls) {
        this.bench = bench;
        run.getStyleClass().add("run-name");
        run.setMinWidth(120);
        for (Label label : new Label[] {step, loss, speed}) {
            label.setMinWidth(Region.USE_PREF_SIZE);
        }
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        pill.getStyleClass().addAll("pill");
        pill.setMinWidth(Region.USE_PREF_SIZE);
        root = new HBox(14, run, step, loss, speed, remaining, gap, controls.node(), pill);
        root.getStyleClass().add("header");
    }

    Region node() {
        return root;
    }

    void refresh() {
        Header header = Header.of(bench.run());
        run.setText(header.run());
        step.setText(header.step());
        loss.setText(header.loss());
        speed.setText(header.speed());
        remaining.setText(header.remaining());
        Connection connection = bench.sourceProperty().get().connection();
        pill.setText(shape(connection.state()) + " " + connection.text());
        if (connection.state() != shown) {
            shown = connection.state();
            pill.getStyleClass().setAll("label", "pill", connection.style());
        }
        pill.setAccessibleText("Connection: " + connection.text());
    }

    static String shape(Connection.State state) {
        return switch (state) {
            case CONNECTING -> "○";
            case LIVE -> "●";
            case SPOOLED -> "◆";
            case STALE -> "▲";
            case RECORDING -> "■";
        };
    }
}
