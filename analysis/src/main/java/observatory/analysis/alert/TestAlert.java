package observatory.analysis.alert;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** An alert that says it is a test and is over at once, so that nobody is woken twice. */
public final class TestAlert {
    private TestAlert() {}

    public static Notification notification(Instant now) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(Alert.NAME, "ObservatoryTest");
        labels.put(Alert.SEVERITY, "info");
        labels.put("job", "observatory");
        SortedMap<String, String> annotations = new TreeMap<>();
        annotations.put("summary", "A test: alerts of the observatory arrive here.");
        Alert alert = new Alert(labels, annotations, now, Optional.of(now.plusSeconds(1)), "observatory://");
        return Notification.of(new TreeMap<>(), List.of(alert), 0);
    }
}
