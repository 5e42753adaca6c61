package observatory.ui.overview;

import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;

/** The verdict on a run, above its charts. */
final class VerdictBanner {
    private final Label sign = new Label();
    private final Label headline = new Label();
    private final Label sentence = new Label();
    private final Button why = new Button("Why");
    private final HBox root;
    private Verdicts shown;

    VerdictBanner(Workbench bench) {
        headline.getStyleClass().add("section-title");
        sentence.setWrapText(true);
        sentence.setMinHeight(Region.USE_PREF_SIZE);
        why.setMinWidth(Region.USE_PREF_SIZE);
        why.managedProperty().bind(why.visibleProperty());
        why.setOnAction(event -> shown.worst().ifPresent(bench::open));
        VBox words = new VBox(2, headline, sentence);
        HBox.setHgrow(words, Priority.ALWAYS);
        root = new HBox(12, sign, words, why);
        root.getStyleClass().add("banner");
    }

    Region node() {
        return root;
    }

    void show(Verdicts verdict) {
        if (verdict.equals(shown)) {
            return;
        }
        shown = verdict;
        sign.setText(verdict.sign());
        sign.setStyle("-fx-text-fill: -obs-" + verdict.style() + "; -fx-font-size: 1.7em;");
        root.setStyle("-fx-border-color: transparent transparent transparent -obs-" + verdict.style() + ";");
        headline.setText(verdict.headline());
        sentence.setText(verdict.sentence());
        why.setVisible(verdict.worst().isPresent());
    }
}
