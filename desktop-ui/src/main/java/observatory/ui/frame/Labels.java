package observatory.ui.frame;

import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;

/** The kinds of text that stand on screens and sheets. */
public final class Labels {
    private Labels() {}

    /** A short text in the styles named. */
    public static Label styled(String text, String... styles) {
        Label label = new Label(text);
        label.getStyleClass().addAll(styles);
        return label;
    }

    public static Label heading(String text) {
        return styled(text, "heading");
    }

    /** Shows something, or takes it away with the room it has. */
    public static void seen(Node what, boolean whether) {
        what.setVisible(whether);
        what.setManaged(whether);
    }

    /** A text of any length, in the styles named, which takes the lines it needs. */
    public static Label paragraph(String text, String... styles) {
        Label label = styled(text, styles);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }
}
