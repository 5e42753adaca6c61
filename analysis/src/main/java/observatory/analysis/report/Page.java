package observatory.analysis.report;

import java.util.Comparator;
import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.Numbers;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;

/** What every written report of a post-mortem shows, in words; long lists are cut and counted. */
record Page(
        String run,
        String format,
        String first,
        String last,
        String frames,
        String headline,
        String tone,
        List<Figure> figures,
        List<Card> cards,
        String cut,
        List<Aside> asides,
        String asidesCut,
        List<Silent> silent,
        List<String> remarks,
        List<Row> series,
        String seriesCut) {
    private static final int MOST_CARDS = 60;
    private static final int MOST_ASIDES = 100;
    private static final int MOST_SERIES = 200;

    /** An incident of severity info: one line, so that what matters is not lost among dozens of them. */
    record Aside(String step, String kind, String summary) {}

    /** @param enabledBy what would give what was missing; empty where nothing is known to */
    record Silent(String detector, String reason, String enabledBy) {}

    /** @param bad {@code bad} where values were not finite */
    record Row(String name, String values, String nonFinite, String bad) {}

    static Page of(PostMortem result) {
        List<Incident> serious = result.incidents().stream()
                .filter(incident -> incident.severity() != Severity.INFO)
                .toList();
        // The worst are shown, in the order in which they began.
        List<Incident> shown = serious.stream()
                .sorted(Comparator.comparing(Incident::severity).reversed())
                .limit(MOST_CARDS)
                .sorted(Comparator.comparingLong(Incident::firstStep))
                .toList();
        int asides = result.incidents().size() - serious.size();
        return new Page(
                result.run(),
                result.format(),
                Numbers.whole(result.steps().first()),
                Numbers.whole(result.steps().last()),
                Numbers.whole(result.steps().count()),
                Headline.of(result),
                worst(result),
                Figures.of(result),
                shown.stream().map(Card::of).toList(),
                cut(
                        serious.size() - MOST_CARDS,
                        "more incidents of no higher severity; the JSON document has them all"),
                result.incidents().stream()
                        .filter(incident -> incident.severity() == Severity.INFO)
                        .limit(MOST_ASIDES)
                        .map(Page::aside)
                        .toList(),
                cut(asides - MOST_ASIDES, "more"),
                result.notApplicable().stream().map(Page::silent).toList(),
                result.remarks(),
                result.series().stream().limit(MOST_SERIES).map(Page::row).toList(),
                cut(result.series().size() - MOST_SERIES, "more series"));
    }

    private static Aside aside(Incident incident) {
        String kind = Words.sentence(Words.apart(incident.kind().label()));
        return new Aside(Numbers.whole(incident.firstStep()), kind, incident.summary());
    }

    private static Silent silent(RunWatch.NotApplicable one) {
        return new Silent(Words.sentence(Words.apart(one.detector())), one.reason(), Enabling.of(one.reason()));
    }

    private static Row row(PostMortem.Series series) {
        long nonFinite = series.count().nonFinite();
        return new Row(
                series.name(),
                Numbers.whole(series.count().values()),
                nonFinite == 0 ? "–" : Numbers.whole(nonFinite),
                nonFinite == 0 ? "" : "bad");
    }

    private static String worst(PostMortem result) {
        return result.incidents().stream()
                .map(Incident::severity)
                .max(Severity::compareTo)
                .map(Severity::label)
                .orElse("healthy");
    }

    private static String cut(int rest, String what) {
        return rest > 0 ? Numbers.whole(rest) + " " + what : "";
    }

    // what the template asks for

    boolean hasIncidents() {
        return !cards.isEmpty() || hasAsides();
    }

    boolean hasCards() {
        return !cards.isEmpty();
    }

    boolean hasAsides() {
        return !asides.isEmpty();
    }

    boolean hasSilent() {
        return !silent.isEmpty();
    }

    boolean hasRemarks() {
        return !remarks.isEmpty();
    }
}
