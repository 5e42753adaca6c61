package observatory.analysis.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import observatory.analysis.Numbers;
import observatory.analysis.Verdict;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.Weighing;

/** What the page of a replay shows, in words. */
record ReplayPage(
        String run,
        String incident,
        String first,
        String last,
        String checkpoint,
        String trials,
        String tone,
        String headline,
        String because,
        List<Check> checks,
        String symptom,
        List<Row> outcomes,
        List<Figure> figures,
        String firstSite,
        String sampleStep,
        List<Sample> samples,
        String samplesCut,
        List<Tried> interventions,
        List<ReplayResult.NotRun> notRun,
        String cost) {
    private static final int WIDE = 160;
    private static final int MOST_SAMPLES = 24;

    record Check(String name, String value) {}

    /**
     * @param width of the bar of what is left
     * @param rest of what is gone, in pixels
     */
    record Row(
            String group,
            String name,
            String repeats,
            String symptom,
            int width,
            int rest,
            String removed,
            String noise,
            String p,
            String loss,
            String firstBad,
            String strong) {}

    record Sample(
            String number,
            String source,
            String offset,
            String loss,
            String departure,
            String gradient,
            String why,
            String text,
            String strong) {}

    record Tried(
            String name, String steps, String loss, String symptom, String skipped, String commands, String strong) {}

    static ReplayPage of(ReplayResult result) {
        boolean known = result.verdict() != Verdict.UNDETERMINED;
        return new ReplayPage(
                result.run(),
                Words.sentence(Words.apart(result.incident())),
                Numbers.whole(result.steps().first()),
                Numbers.whole(result.steps().last()),
                Numbers.whole(result.steps().checkpoint()),
                result.cost().trials() + result.cost().resumed() + " trials",
                known ? "critical" : "info",
                known
                        ? "Verdict: " + result.verdict().label() + ", wrong with a probability of at most "
                                + Numbers.probability(result.errorProbability())
                        : "Verdict: undetermined",
                result.because(),
                checks(result),
                result.symptom(),
                result.outcomes().stream().map(ReplayPage::row).toList(),
                ReplayFigures.of(result),
                site(result),
                result.samples().isEmpty()
                        ? ""
                        : Numbers.whole(result.samples().getFirst().step()),
                result.samples().stream()
                        .limit(MOST_SAMPLES)
                        .map(ReplayPage::sample)
                        .toList(),
                result.samples().size() > MOST_SAMPLES
                        ? (result.samples().size() - MOST_SAMPLES) + " more; the JSON document has them all"
                        : "",
                result.interventions().stream().map(ReplayPage::tried).toList(),
                result.notRun(),
                String.format(
                        Locale.ROOT,
                        "%d trials and %d of an earlier attempt in %.1f s. The run's checkpoints take %.0f MB.%s",
                        result.cost().trials(),
                        result.cost().resumed(),
                        result.cost().seconds(),
                        result.cost().checkpointBytes() / 1e6,
                        result.complete() ? "" : " Not complete: the same command goes on where it stopped."));
    }

    private static List<Check> checks(ReplayResult result) {
        ReplayResult.Reproduction again = result.reproduction();
        List<Check> checks = new ArrayList<>();
        checks.add(new Check(
                "bit for bit",
                again.same()
                        ? Numbers.whole(again.values()) + " recorded numbers of " + again.steps()
                                + " steps came out the same"
                        : again.difference().isEmpty() ? "not compared" : "differs at " + again.difference()));
        checks.add(new Check("weights", again.weights()));
        checks.add(new Check("tokens of the batch", again.batch()));
        checks.add(new Check("arithmetic", again.arithmetic()));
        return checks;
    }

    private static Row row(ReplayResult.Outcome one) {
        boolean base = one.group().equals("baseline");
        double left = Math.clamp(1 - one.removed(), 0, 1);
        int width = (int) Math.round(WIDE * left);
        return new Row(
                one.group(),
                one.name(),
                Integer.toString(one.repeats()),
                Numbers.of(one.symptom()),
                width,
                WIDE - width,
                one.gone(),
                base || one.repeats() < 2 ? "" : large(one.noise()),
                one.p() < 1 ? Numbers.probability(one.p()) : "",
                Numbers.of(one.loss()),
                one.firstBad(),
                !base && one.removed() > 0.5 && one.p() < 0.05 ? "strong" : "");
    }

    private static String large(double value) {
        return Math.abs(value) > 1e6 ? (value > 0 ? "> 1e6" : "< -1e6") : Numbers.of(value);
    }

    private static Sample sample(ReplayResult.Culprit one) {
        return new Sample(
                Integer.toString(one.number()),
                one.source(),
                Numbers.whole(one.offset()),
                Numbers.of(one.loss()),
                large(one.departure()),
                Double.isFinite(one.gradient()) ? Weighing.percent(one.gradient()) : "",
                one.why(),
                one.text(),
                one.named() ? "strong" : "");
    }

    private static Tried tried(ReplayResult.Intervention one) {
        return new Tried(
                one.name() + (one.best() ? " – best" : ""),
                Integer.toString(one.steps()),
                Numbers.of(one.loss()),
                Numbers.of(one.symptom()),
                Integer.toString(one.skipped()),
                String.join("\n", one.commands()),
                one.best() ? "strong" : "");
    }

    private static String site(ReplayResult result) {
        return result.firstSite()
                .map(first -> Words.sentence(first.what()) + " at step " + Numbers.whole(first.step()) + ", "
                        + large(first.size()) + " deviations from the steps before"
                        + result.leadSteps()
                                .map(lead -> lead > 0
                                        ? ", " + lead + (lead == 1 ? " step" : " steps") + " before the loss"
                                        : ", in the same step as the loss")
                                .orElse("; the loss did not depart")
                        + ".")
                .orElse("");
    }

    // what the template asks for

    boolean hasOutcomes() {
        return !outcomes.isEmpty();
    }

    boolean hasFigures() {
        return !figures.isEmpty();
    }

    boolean hasSamples() {
        return !samples.isEmpty();
    }

    boolean hasInterventions() {
        return !interventions.isEmpty();
    }

    boolean hasNotRun() {
        return !notRun.isEmpty();
    }
}
