package observatory.ui.frame;

import java.util.List;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.util.StringConverter;
import observatory.ui.Connection;
import observatory.ui.Header;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;

/** The line above the screens: the run, how far it is, and how the screen hangs together with it. */
final class HeaderView {
    private static final double SHORTEST_NAME = 120;
    private static final double NAME = 240;

    private final Workbench bench;
    private final Label run = new Label();
    private final Label step = new Label();
    private final Label loss = new Label();
    private final Label speed = new Label();
    private final Label remaining = new Label();
    private final Label pill = new Label();
    private final Tooltip why = new Tooltip();
    private final ComboBox<Integer> rank = new ComboBox<>();
    private final List<Region> dispensable; // what goes first, first
    private List<Object> fitted = List.of();
    private boolean showing;
    private final HBox root;
    private Connection.State shown;

    HeaderView(Workbench bench, ControlsView controls) {
        this.bench = bench;
        run.getStyleClass().add("run-name");
        run.setTextOverrun(OverrunStyle.CENTER_ELLIPSIS);
        Tooltip whole = new Tooltip();
        whole.textProperty().bind(run.textProperty());
        run.setTooltip(whole);
        for (Label label : new Label[] {step, loss, speed, remaining}) {
            label.setMinWidth(Region.USE_PREF_SIZE);
        }
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        pill.getStyleClass().addAll("pill");
        pill.setMinWidth(Region.USE_PREF_SIZE);
        rank.setAccessibleText("Rank whose measurements are shown");
        rank.setTooltip(new Tooltip("Rank whose measurements are shown (K)"));
        rank.setMinWidth(Region.USE_PREF_SIZE);
        rank.setConverter(new StringConverter<>() {
            @Override
            public String toString(Integer number) {
                return number == null ? "" : "rank " + number;
            }

            @Override
            public Integer fromString(String text) {
                return Integer.valueOf(text.replace("rank ", ""));
            }
        });
        rank.setOnAction(event -> {
            if (!showing && rank.getValue() != null) {
                bench.sourceProperty().get().showRank(rank.getValue());
            }
        });
        dispensable = List.of(
                controls.dispensable().getFirst(), controls.dispensable().getLast(), remaining, speed, loss);
        root = new HBox(14, run, rank, step, loss, speed, remaining, gap, controls.node(), pill);
        root.getStyleClass().add("run-header");
    }

    Region node() {
        return root;
    }

    /** Leaves out as much as must be so that nothing is cut off; looked at anew where texts are longer or shorter. */
    private void fit() {
        double width = root.getScene() == null ? 0 : root.getScene().getWidth();
        int letters = 0;
        for (Label label : new Label[] {run, step, loss, speed, remaining, pill}) {
            letters += label.getText().length();
        }
        List<Object> now = List.of(width, letters, rank.isVisible(), root.getWidth() > 0);
        if (width == 0 || now.equals(fitted)) {
            return;
        }
        fitted = now;
        dispensable.forEach(one -> Labels.seen(one, true));
        root.applyCss(); // what was not to be seen has not been dressed, and is measured too small
        run.setMinWidth(Math.min(run.prefWidth(-1), NAME));
        for (Region one : dispensable) {
            if (root.minWidth(-1) > width) {
                Labels.seen(one, false);
            }
        }
        if (root.minWidth(-1) > width) {
            run.setMinWidth(Math.min(run.prefWidth(-1), SHORTEST_NAME));
        }
    }

    void refresh() {
        Header header = Header.of(bench.run());
        ranks(bench.run());
        run.setText(header.run());
        loss.setText(header.loss());
        speed.setText(header.speed());
        Connection connection = bench.sourceProperty().get().connection();
        remaining.setText(connection.state() == Connection.State.STALE ? "" : header.remaining());
        step.setText(connection.state() == Connection.State.UNREADABLE ? "no step" : header.step());
        pill.setText(shape(connection.state()) + " " + connection.text());
        if (connection.state() != shown) {
            shown = connection.state();
            pill.getStyleClass().setAll("label", "pill", connection.style());
        }
        pill.setAccessibleText("Connection: " + connection.text());
        String trouble = bench.sourceProperty().get().trouble();
        why.setText(trouble);
        pill.setTooltip(trouble.isEmpty() ? null : why);
        fit();
    }

    /** Where several ranks have spoken, they can be chosen from. */
    private void ranks(Recording recording) {
        List<Integer> all = recording.ranks();
        Labels.seen(rank, all.size() > 1);
        boolean same =
                rank.getItems().equals(all) && Integer.valueOf(recording.rank()).equals(rank.getValue());
        if (all.size() > 1 && !same && !rank.isShowing()) {
            showing = true;
            rank.getItems().setAll(all);
            rank.setValue(recording.rank());
            showing = false;
        }
    }

    static String shape(Connection.State state) {
        return switch (state) {
            case CONNECTING, WAITING, READING -> "○";
            case LIVE -> "●";
            case SPOOLED -> "◆";
            case STALE, UNANSWERED, UNREADABLE -> "▲";
            case RECORDING -> "■";
        };
    }
}
