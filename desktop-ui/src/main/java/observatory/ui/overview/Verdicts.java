package observatory.ui.overview;

import java.util.Locale;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.ui.chart.Numbers;
import observatory.ui.data.Recording;
import observatory.ui.incident.FirstLook;
import observatory.ui.incident.Severities;
import observatory.ui.incident.Words;

/** The state of a run in a headline and one sentence; {@code style} is the name of its colour in the palette. */
record Verdicts(String sign, String headline, String sentence, String style, Optional<Incident> worst) {
    /**
     * @param trouble why no steps come; empty where they may
     * @param caughtUp whether all that was there before has been read
     */
    static Verdicts of(Recording run, String trouble, boolean caughtUp, Analysis analysis) {
        int steps = run.frames().size();
        if (steps == 0 && !trouble.isEmpty()) {
            return new Verdicts("▲", "Nothing to show", trouble, "warning", Optional.empty());
        }
        if (steps == 0) {
            return new Verdicts(
                    "○", "No steps yet", "The first chart comes with the first step.", "ink-soft", Optional.empty());
        }
        Optional<Incident> worst = FirstLook.mostUrgent(run);
        if (worst.isEmpty() && !caughtUp) {
            return new Verdicts(
                    "○",
                    "Reading the run",
                    "What was found in it is known when it has been read; " + steps(steps) + " so far."
                            + since(trouble),
                    "ink-soft",
                    Optional.empty());
        }
        if (worst.isEmpty()) {
            return new Verdicts(
                    "✓",
                    "Healthy so far",
                    "No incident in " + steps(steps) + blind(analysis) + "." + since(trouble),
                    "ok",
                    Optional.empty());
        }
        Incident incident = worst.get();
        String headline = Words.plain(incident.severity().label()) + ": "
                + Words.of(incident.kind()).toLowerCase(Locale.ROOT) + " at step "
                + Numbers.whole(incident.firstStep()) + (incident.resolved() ? ", resolved" : ", open")
                + others(run, incident);
        return new Verdicts(
                Severities.shape(incident.severity()),
                headline,
                incident.summary() + "  Cause: " + incident.verdict().label() + "." + since(trouble),
                Severities.colour(incident.severity()),
                worst);
    }

    /** What is over may have been worse than what goes on. */
    private static String others(Recording run, Incident told) {
        int count = run.incidents().size() - 1;
        long worse = run.incidents().stream()
                .filter(one -> one.severity().compareTo(told.severity()) > 0)
                .count();
        return (count == 0 ? "" : "; and " + count + " more") + (worse == 0 ? "" : ", " + worse + " of them worse");
    }

    private static String steps(int count) {
        return Numbers.whole(count) + (count == 1 ? " step" : " steps");
    }

    /** What is said is of the steps that came. */
    private static String since(String trouble) {
        return trouble.isEmpty() ? "" : "  Nothing newer is known: " + trouble + ".";
    }

    /** Of a run that reports little, little can be said. */
    private static String blind(Analysis analysis) {
        long blind = analysis.count(Analysis.State.NOT_APPLICABLE);
        return blind == 0
                ? ""
                : "; " + blind + " of " + (blind + analysis.count(Analysis.State.FINE))
                        + " detectors had nothing to look at";
    }
}
