package observatory.analysis.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.analysis.Incident;
import observatory.analysis.Numbers;

/**
 * A signal that left its baseline in an incident.
 *
 * @param lead how long after the first one, for people
 */
public record Signal(String name, long step, String lead) {
    private static final Pattern ONE = Pattern.compile("\\s*(.+?) (\\d{1,18})\\s*");

    /**
     * Those of an incident in the order in which they left, from its evidence
     * {@code "LossSpike 100, GradientSpike 104"}.
     */
    public static List<Signal> of(Incident incident) {
        Object told = incident.evidence().facts().getOrDefault("signals", "");
        List<Signal> signals = new ArrayList<>();
        for (String part : told.toString().split(",")) {
            Matcher one = ONE.matcher(part);
            if (one.matches()) {
                long step = Long.parseLong(one.group(2));
                long after = signals.isEmpty() ? 0 : step - signals.getFirst().step();
                signals.add(new Signal(
                        Words.sentence(Words.apart(one.group(1))),
                        step,
                        signals.isEmpty() ? "first" : after == 0 ? "at once" : "+" + Numbers.whole(after) + " steps"));
            }
        }
        return signals;
    }

    /** The step as people read it. */
    public String at() {
        return Numbers.whole(step);
    }
}
