package observatory.analysis.report;

import java.util.ArrayList;
import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;

/** The one sentence above a report: how many incidents of what severity, and where the first serious one begins. */
final class Headline {
    private Headline() {}

    static String of(PostMortem result) {
        if (result.steps().count() == 0) {
            return "No training step: the log was read as " + result.format()
                    + " and nothing in it could be judged. Wait for"
                    + " the first step, or name another format with --format.";
        }
        if (result.incidents().isEmpty()) {
            return "No incidents: nothing that was measured left its healthy range.";
        }
        Incident earliest = result.incidents().getFirst();
        if (result.incidents().stream().allMatch(incident -> incident.severity() == Severity.INFO)) {
            String remarks = result.incidents().size() == 1
                    ? "1 remark: "
                    : result.incidents().size() + " remarks, the first: ";
            return "Nothing that asks for action. " + remarks + at(earliest) + ".";
        }
        List<String> counts = new ArrayList<>();
        for (Severity severity : List.of(Severity.CRITICAL, Severity.WARNING, Severity.INFO)) {
            long count = result.incidents().stream()
                    .filter(incident -> incident.severity() == severity)
                    .count();
            if (count > 0) {
                counts.add(count + " " + severity.label());
            }
        }
        Incident first = result.incidents().stream()
                .filter(incident -> incident.severity() != Severity.INFO)
                .findFirst()
                .orElse(earliest);
        String incidents = result.incidents().size() == 1 ? " incident" : " incidents";
        return result.incidents().size() + incidents + " (" + String.join(", ", counts) + "). It begins with "
                + at(first) + ".";
    }

    private static String at(Incident incident) {
        return Words.apart(incident.kind().label()) + " at step " + Numbers.whole(incident.firstStep());
    }
}
