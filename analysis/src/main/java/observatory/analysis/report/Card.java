package observatory.analysis.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;

/**
 * One incident as a report shows it.
 *
 * @param where its steps and whether it is over
 * @param facts the numbers and names it rests on
 * @param signals what left its baseline, in order
 * @param pro what speaks for the verdict, {@code contra} what against it; empty where nothing was said
 * @param paste a line for the command line of the framework the log came from; empty where there is none
 */
record Card(
        Severity level,
        String kind,
        String where,
        String summary,
        String explanation,
        String remedy,
        String verdict,
        String detector,
        List<Fact> facts,
        List<Signal> signals,
        String pro,
        String contra,
        String paste) {

    /** @param emphasis {@code site} where it names a place in the model */
    record Fact(String name, String value, String emphasis) {}

    private static final Set<String> SHOWN_APART = Set.of("signals", "for", "against", "paste", "peakStep");

    static Card of(Incident incident) {
        Evidence evidence = incident.evidence();
        List<Fact> facts = new ArrayList<>();
        evidence.facts().forEach((name, value) -> {
            if (!SHOWN_APART.contains(name)) {
                String words = Words.apart(name);
                facts.add(new Fact(words, Numbers.of(value), words.contains("site") ? "site" : ""));
            }
        });
        return new Card(
                incident.severity(),
                Words.sentence(Words.apart(incident.kind().label())),
                where(incident),
                incident.summary(),
                incident.explanation(),
                incident.remedy(),
                incident.verdict().label(),
                incident.detector(),
                facts,
                Signal.of(incident),
                text(evidence, "for"),
                text(evidence, "against"),
                text(evidence, "paste"));
    }

    private static String where(Incident incident) {
        String worst =
                incident.firstStep() == incident.lastStep() ? "" : " · worst at " + Numbers.whole(incident.peakStep());
        return incident.steps() + worst + " · " + (incident.resolved() ? "resolved" : "not resolved");
    }

    private static String text(Evidence evidence, String name) {
        return evidence.facts().getOrDefault(name, "").toString();
    }

    // what the template asks for

    String severity() {
        return level.label();
    }

    String shape() {
        return Palette.shape(level);
    }

    boolean hasFacts() {
        return !facts.isEmpty();
    }

    /** One signal alone has no order. */
    boolean hasOrder() {
        return signals.size() > 1;
    }

    boolean hasReasons() {
        return !pro.isEmpty() || !contra.isEmpty();
    }
}
