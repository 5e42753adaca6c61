package observatory.ui.frame;

import java.time.Duration;
import java.util.Optional;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.util.StringConverter;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.builtin.Probes;
import observatory.ui.chart.Numbers;

/** Which probes a run is to be opened with, and what each pack is predicted to cost; as it is unless asked for. */
final class ProfileChoice {
    private static final String AS_IT_IS = "as it is (read only)";

    private final ComboBox<Optional<Pack>> packs = new ComboBox<>();
    private final HBox root;

    ProfileChoice() {
        packs.getItems().add(Optional.empty());
        for (Pack pack : new Pack[] {Pack.CONTINUOUS, Pack.PROFILE, Pack.FORENSIC}) {
            packs.getItems().add(Optional.of(pack));
        }
        packs.setConverter(new StringConverter<>() {
            @Override
            public String toString(Optional<Pack> pack) {
                return pack == null ? "" : pack.map(Pack::label).orElse(AS_IT_IS);
            }

            @Override
            public Optional<Pack> fromString(String text) {
                throw new UnsupportedOperationException("the list is not typed into: " + text);
            }
        });
        packs.setValue(Optional.empty());
        packs.setAccessibleText("Probe profile");
        Label cost = Labels.styled(predicted(packs.getValue()), "soft");
        cost.setWrapText(true);
        packs.setOnAction(event -> cost.setText(predicted(packs.getValue())));
        packs.setMinWidth(Region.USE_PREF_SIZE);
        Label title = new Label("Probes");
        title.setMinWidth(Region.USE_PREF_SIZE);
        root = new HBox(8, title, packs, cost);
        root.getStyleClass().add("controls");
    }

    Region node() {
        return root;
    }

    Optional<Pack> chosen() {
        return packs.getValue();
    }

    /** What a pack takes of a step: what the governor holds it to, or what was measured where nothing holds it. */
    static String predicted(Optional<Pack> pack) {
        if (pack.isEmpty()) {
            return "Nothing is changed and nothing costs: what the run sends anyway is read.";
        }
        double share = Probes.share(new ProbeCommand.Profile(pack.get(), Duration.ofMinutes(2)));
        String percent = Numbers.of(Math.rint(1000 * share) / 10) + " % of each step";
        return switch (pack.get()) {
            case FORENSIC -> "Predicted: about " + percent + ", held by nothing. For two minutes.";
            case OFF, CONTINUOUS, PROFILE ->
                "Predicted: at most " + percent + "; above it the governor makes probes rarer. For ten minutes.";
        };
    }
}
