package observatory.ui.frame;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javafx.scene.control.Label;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The list of shortcuts, made from the shortcuts themselves, so that it cannot lie. */
final class ShortcutsView {
    private static final int COLUMNS = 2;

    private ShortcutsView() {}

    static Region of(List<Shortcut> shortcuts) {
        GridPane grid = new GridPane(14, 5);
        Map<String, HBox> lines = new LinkedHashMap<>();
        for (Shortcut shortcut : shortcuts) {
            Label key = Labels.styled(shortcut.keys(), "keycap");
            lines.computeIfAbsent(shortcut.does(), does -> new HBox(6))
                    .getChildren()
                    .add(key);
        }
        int rows = (lines.size() + COLUMNS - 1) / COLUMNS;
        int i = 0;
        for (Map.Entry<String, HBox> line : lines.entrySet()) {
            Label does = new Label(line.getKey());
            does.setMinWidth(190);
            grid.add(line.getValue(), 2 * (i / rows), i % rows);
            grid.add(does, 2 * (i / rows) + 1, i % rows);
            i++;
        }
        Label title = Labels.styled("Shortcuts", "section-title");
        Label close = Labels.styled("Esc closes this list.", "soft");
        VBox box = new VBox(12, title, grid, close);
        box.getStyleClass().add("sheet");
        box.setMaxSize(Region.USE_PREF_SIZE, Region.USE_PREF_SIZE);
        return box;
    }
}
