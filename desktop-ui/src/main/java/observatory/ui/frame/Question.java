package observatory.ui.frame;

import java.util.function.Function;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** A sheet with one line to fill in. */
final class Question {
    private static final double WIDTH = 480;

    private Question() {}

    /** @param answer takes what was typed; what it returns is shown as the reason why that will not do */
    static Region of(String title, String prompt, Function<String, String> answer) {
        Label heading = Labels.styled(title, "section-title");
        TextField field = new TextField();
        field.setPromptText(prompt);
        field.setAccessibleText(title);
        Label trouble = new Label();
        trouble.setWrapText(true);
        trouble.getStyleClass().add("trouble");
        field.setOnAction(event -> {
            if (!field.getText().isBlank()) {
                trouble.setText(answer.apply(field.getText()));
            }
        });
        Label close = Labels.styled("Enter does it, Esc leaves it.", "soft");
        VBox box = new VBox(10, heading, field, trouble, close);
        box.getStyleClass().add("sheet");
        box.setMaxSize(WIDTH, Region.USE_PREF_SIZE);
        return box;
    }
}
