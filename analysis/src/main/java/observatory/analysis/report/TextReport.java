package observatory.analysis.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.Numbers;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;

/**
 * A post-mortem for a terminal: what the page says in at most {@value #MOST_LINES} lines of plain text. The worst
 * incidents come first; what does not fit is counted. Control characters of names are replaced.
 */
public final class TextReport {
    static final int MOST_LINES = 40;
    private static final int WIDTH = 110;
    private static final int MOST_INCIDENTS = 8; // of three lines each
    private static final int MOST_SERIES = 5;
    private static final int MOST_SILENT = 4;

    private TextReport() {}

    public static String of(PostMortem result) {
        List<String> lines = new ArrayList<>();
        lines.add(result.run());
        lines.add(result.format() + ", "
                + Incident.steps(result.steps().first(), result.steps().last()) + ", "
                + Numbers.whole(result.steps().count()) + " frames");
        lines.add(series(result.series()));
        lines.add(Headline.of(result));
        lines.addAll(incidents(result.incidents()));
        silent(result.notApplicable(), lines);
        result.remarks().stream().limit(2).forEach(remark -> lines.add("note: " + remark));
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(fit(line)).append('\n'));
        return text.toString();
    }

    private static String series(List<PostMortem.Series> series) {
        List<String> names = new ArrayList<>();
        for (PostMortem.Series each : series.subList(0, Math.min(MOST_SERIES, series.size()))) {
            long nonFinite = each.count().nonFinite();
            names.add(each.name() + " " + each.count().values()
                    + (nonFinite == 0 ? "" : " (" + nonFinite + " not finite)"));
        }
        int rest = series.size() - names.size();
        return "series: " + String.join(", ", names) + (rest > 0 ? ", and " + rest + " more" : "");
    }

    private static List<String> incidents(List<Incident> incidents) {
        List<Incident> worst = incidents.stream()
                .sorted(Comparator.comparing(Incident::severity).reversed())
                .limit(MOST_INCIDENTS)
                .sorted(Comparator.comparingLong(Incident::firstStep))
                .toList();
        List<String> lines = new ArrayList<>();
        for (Incident incident : worst) {
            lines.add(mark(incident.severity()) + " " + incident.kind().label().replace('_', ' ') + ", "
                    + incident.steps()
                    + (incident.resolved() ? ", resolved" : ", not resolved") + ", cause: "
                    + incident.verdict().label());
            lines.add("    " + incident.summary());
            lines.add("    try: " + incident.remedy().split("(?<=[.;]) ", 2)[0]); // the rest is on the page
        }
        if (incidents.size() > worst.size()) {
            lines.add("and " + (incidents.size() - worst.size()) + " more incidents of no higher severity");
        }
        return lines;
    }

    private static void silent(List<RunWatch.NotApplicable> silent, List<String> lines) {
        silent.stream()
                .limit(MOST_SILENT)
                .forEach(each -> lines.add("not judged: " + each.detector() + ", because " + each.reason()));
        if (silent.size() > MOST_SILENT) {
            lines.add("not judged: " + (silent.size() - MOST_SILENT) + " more detectors");
        }
    }

    private static String mark(Severity severity) {
        return switch (severity) {
            case INFO -> "[info]    ";
            case WARNING -> "[WARNING] ";
            case CRITICAL -> "[CRITICAL]";
        };
    }

    private static String fit(String line) {
        String printable = line.replaceAll("\\p{Cntrl}", "?").stripTrailing();
        return printable.length() <= WIDTH ? printable : printable.substring(0, WIDTH - 1) + "…";
    }
}
