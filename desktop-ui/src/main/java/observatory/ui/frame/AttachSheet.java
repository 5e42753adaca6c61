package observatory.ui.frame;

import java.util.List;
import java.util.function.Function;
import javafx.application.Platform;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** What there is to open: runs on the broker, trainers in other JVMs, and whatever path or link one types. */
final class AttachSheet {
    private static final double WIDTH = 660;

    private AttachSheet() {}

    /**
     * @param offers asked for on a thread of its own, because a broker may take its time
     * @param typed opens what was typed, {@code chosen} what was chosen; both answer with the reason why that will not do
     */
    static Region of(
            java.util.function.Supplier<List<Offer>> offers,
            Function<String, String> typed,
            Function<Offer, String> chosen) {
        Label title = new Label("Open a run");
        title.getStyleClass().add("section-title");
        TextField field = new TextField();
        field.setPromptText("a log, a spike log, or observatory://run/…");
        field.setAccessibleText("Path or link to open");
        Label trouble = new Label();
        trouble.setWrapText(true);
        trouble.getStyleClass().add("trouble");
        TableView<Offer> table = Tables.of("Runs that can be opened", "Looking for runs…");
        Tables.text(table, "run", 240, Offer::name);
        Tables.text(table, "state", 90, Offer::state);
        Tables.text(table, "what", 280, Offer::what);
        table.setPrefHeight(220);
        field.setOnAction(event -> {
            if (!field.getText().isBlank()) {
                trouble.setText(typed.apply(field.getText().strip()));
            }
        });
        Runnable open = () -> {
            Offer offer = table.getSelectionModel().getSelectedItem();
            if (offer != null) {
                trouble.setText(chosen.apply(offer));
            }
        };
        table.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.ENTER) {
                open.run();
            }
        });
        table.setOnMouseClicked(event -> {
            if (event.getClickCount() == 2) {
                open.run();
            }
        });
        Thread.ofPlatform().name("observatory-offers").daemon().start(() -> {
            List<Offer> found = offers.get();
            Platform.runLater(() -> {
                ((Label) table.getPlaceholder()).setText("No run was found: neither on a broker nor in another JVM.");
                table.getItems().setAll(found);
            });
        });
        Label close =
                new Label("Enter opens, Tab moves between the line and the list, Esc leaves. Opening only reads.");
        close.getStyleClass().add("soft");
        VBox box = new VBox(10, title, field, table, trouble, close);
        box.getStyleClass().add("sheet");
        box.setMaxSize(WIDTH, Region.USE_PREF_SIZE);
        return box;
    }
}
