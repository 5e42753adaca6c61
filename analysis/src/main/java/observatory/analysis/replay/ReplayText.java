package observatory.analysis.replay;

import java.util.Locale;
import observatory.analysis.Incident;
import observatory.analysis.Numbers;
import observatory.analysis.Verdict;

/** A replay in the width of a terminal. */
public final class ReplayText {
    private static final int MOST_SAMPLES = 8;
    private static final int NAME = 48;
    private static final int WIDTH = 110;

    private ReplayText() {}

    /** In a few lines: the verdict and why, and what could be done. */
    public static String brief(ReplayResult result) {
        StringBuilder text = new StringBuilder();
        verdict(text, result);
        result.interventions().stream()
                .filter(ReplayResult.Intervention::best)
                .forEach(best -> line(
                        text,
                        "what came out best, tried %,d steps forward: %s%s",
                        best.steps(),
                        best.name(),
                        best.commands().isEmpty() ? "" : "\n    " + String.join("\n    ", best.commands())));
        return text.toString().stripTrailing();
    }

    private static void verdict(StringBuilder text, ReplayResult result) {
        line(
                text,
                "verdict: %s%s",
                result.verdict().label(),
                result.verdict() == Verdict.UNDETERMINED
                        ? ""
                        : ", wrong with a probability of at most " + Numbers.probability(result.errorProbability()));
        wrapped(text, result.because());
    }

    /** All of it. */
    public static String of(ReplayResult result) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%s, %s, %s varied, from the state after step %,d",
                result.run(),
                result.incident(),
                Incident.steps(result.steps().first(), result.steps().last()),
                result.steps().checkpoint());
        text.append('\n');
        verdict(text, result);
        text.append('\n');
        ReplayResult.Reproduction again = result.reproduction();
        if (again.steps() > 0) {
            line(
                    text,
                    "run again: %s",
                    again.same()
                            ? again.values() + " recorded numbers of " + again.steps()
                                    + " steps came out with the same bits"
                            : "differs at " + again.difference());
            line(
                    text,
                    "           weights %s; batch %s; arithmetic %s",
                    again.weights(),
                    again.batch(),
                    again.arithmetic());
        }
        if (!result.outcomes().isEmpty()) {
            text.append('\n');
            line(text, "symptom: %s", result.symptom());
            line(
                    text,
                    "%-9s  %-" + NAME + "s %3s %9s %8s %7s %7s",
                    "group",
                    "what was varied",
                    "n",
                    "symptom",
                    "gone",
                    "p",
                    "loss");
            result.outcomes()
                    .forEach(one -> line(
                            text,
                            "%-9s  %-" + NAME + "s %3d %9s %8s %7s %7s",
                            one.group(),
                            cut(one.name()),
                            one.repeats(),
                            Numbers.of(one.symptom()),
                            one.gone(),
                            one.p() < 1 ? Numbers.probability(one.p()) : "",
                            Numbers.of(one.loss())));
        }
        result.firstSite().ifPresent(first -> {
            text.append('\n');
            line(
                    text,
                    "first to depart: %s at step %,d, %s deviations%s",
                    first.what(),
                    first.step(),
                    Numbers.of(first.size()),
                    result.leadSteps()
                            .map(lead -> ", " + lead + (lead == 1 ? " step" : " steps") + " before the loss")
                            .orElse(""));
        });
        samples(text, result);
        interventions(text, result);
        if (!result.notRun().isEmpty()) {
            text.append('\n');
            line(text, "not run:");
            result.notRun().forEach(one -> wrapped(text, "  " + one.what() + ": " + one.why()));
        }
        text.append('\n');
        line(
                text,
                "%d trials%s in %.1f s; the run's checkpoints take %.0f MB%s",
                result.cost().trials(),
                result.cost().resumed() > 0 ? " and " + result.cost().resumed() + " done before" : "",
                result.cost().seconds(),
                result.cost().checkpointBytes() / 1e6,
                result.complete() ? "" : "; not complete, the same command goes on");
        return text.toString().stripTrailing();
    }

    private static void samples(StringBuilder text, ReplayResult result) {
        long named =
                result.samples().stream().filter(ReplayResult.Culprit::named).count();
        if (result.samples().isEmpty()) {
            return;
        }
        text.append('\n');
        line(
                text,
                "sequences of step %,d: %d of %d named",
                result.samples().getFirst().step(),
                named,
                result.samples().size());
        result.samples().stream().limit(MOST_SAMPLES).forEach(one -> {
            line(
                    text,
                    "  %s number %d, %s at %d, loss %s%s",
                    one.named() ? "*" : " ",
                    one.number(),
                    one.source(),
                    one.offset(),
                    Numbers.of(one.loss()),
                    one.why().isEmpty() ? "" : ": " + one.why());
            if (!one.text().isEmpty()) {
                line(text, "      %s", one.text());
            }
        });
    }

    private static void interventions(StringBuilder text, ReplayResult result) {
        if (result.interventions().isEmpty()) {
            return;
        }
        text.append('\n');
        line(
                text,
                "tried forward from step %,d, %,d steps each:",
                result.steps().checkpoint(),
                result.interventions().getFirst().steps());
        result.interventions()
                .forEach(one -> line(
                        text,
                        "  %s %-44s loss afterwards %s, symptom %s%s",
                        one.best() ? "*" : " ",
                        one.name(),
                        Numbers.of(one.loss()),
                        Numbers.of(one.symptom()),
                        one.skipped() > 0 ? ", " + one.skipped() + " updates left out" : ""));
        result.interventions().stream().filter(ReplayResult.Intervention::best).forEach(best -> {
            if (!best.commands().isEmpty()) {
                line(text, "  for the trainer, in this order (--apply --key FILE sends them):");
                best.commands().forEach(command -> line(text, "    %s", command));
            }
        });
    }

    private static String cut(String name) {
        return name.length() <= NAME ? name : name.substring(0, NAME - 1) + "…";
    }

    private static void wrapped(StringBuilder text, String words) {
        int width = 0;
        String between = "";
        for (String word : words.split("(?<=\\S) ")) {
            if (width + word.length() > WIDTH) {
                between = "\n    ";
                width = between.length();
            }
            text.append(between).append(word);
            width += word.length() + 1;
            between = " ";
        }
        text.append('\n');
    }

    private static void line(StringBuilder text, String form, Object... values) {
        text.append(String.format(Locale.ROOT, form, values)).append('\n');
    }
}
