package observatory.cli.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Verdict;
import observatory.analysis.replay.Departures;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.ReplayResult.Curve;
import observatory.analysis.replay.ReplayResult.Outcome;
import observatory.analysis.replay.Symptom;
import observatory.analysis.replay.Weighing;

/** The result as far as it has come, so that a replay that is stopped can say what it knows. One thread. */
final class Draft {
    Verdict verdict = Verdict.UNDETERMINED;
    double errorProbability = 1;
    String because = "The replay was stopped before anything could be told.";
    ReplayResult.Steps steps;
    ReplayResult.Reproduction reproduction =
            new ReplayResult.Reproduction(false, 0, 0, "", "not compared", "not compared", "not compared");
    String symptom = "";
    Departures departures = new Departures(Optional.empty(), Optional.empty());
    boolean complete;

    final List<Outcome> outcomes = new ArrayList<>();
    final List<ReplayResult.Culprit> samples = new ArrayList<>();
    final List<ReplayResult.Intervention> interventions = new ArrayList<>();
    final List<ReplayResult.NotRun> notRun = new ArrayList<>();
    final List<Curve> curves = new ArrayList<>();

    Draft(Subject subject) {
        steps = new ReplayResult.Steps(0, subject.first(), subject.last());
    }

    void notRun(String what, String why) {
        notRun.add(new ReplayResult.NotRun(what, why));
    }

    void decide(Weighing.Decision decision) {
        verdict = decision.verdict();
        errorProbability = decision.errorProbability();
        because = decision.because();
    }

    /** Adds what repeats of one thing came to, against the run as it was; {@code asRun} is empty for that itself. */
    void outcome(String group, String name, List<Measured> repeats, double[] asRun) {
        if (repeats.isEmpty()) {
            return; // the time was up, which is told elsewhere
        }
        double[] strengths = strengths(repeats);
        double spread = Math.max(Weighing.spread(asRun), Weighing.spread(strengths));
        double gone = asRun.length == 0 ? 0 : Weighing.mean(asRun) - Weighing.mean(strengths);
        outcomes.add(new Outcome(
                group,
                name,
                repeats.size(),
                Weighing.mean(strengths),
                Weighing.spread(strengths),
                asRun.length == 0 ? 0 : Weighing.removed(asRun, strengths),
                gone == 0 ? 0 : gone / spread,
                asRun.length == 0 ? 1 : Weighing.test(asRun, strengths),
                repeats.stream().mapToDouble(Measured::lastLoss).average().orElse(Double.NaN),
                repeats.getFirst().firstBad()));
    }

    void curve(String name, Measured one) {
        curves.add(new Curve(name, one.steps(), one.losses()));
    }

    static double[] strengths(List<Measured> repeats) {
        return repeats.stream().mapToDouble(Measured::symptom).toArray();
    }

    /** The steps before the worst of a long incident are its own, and no measure of how things were before it. */
    private String ofALongOne(Subject subject) {
        return outcomes.isEmpty() || subject.began() == subject.first()
                ? ""
                : " The incident had begun at " + Incident.step(subject.began()) + " already: this is about why "
                        + Incident.step(subject.peak())
                        + " is worse than the steps before it, and not about how it began; for"
                        + " that, --step " + subject.began() + ".";
    }

    ReplayResult result(Subject subject, Lab lab, long checkpointBytes) {
        return new ReplayResult(
                subject.run(),
                subject.kind().map(kind -> kind.label()).orElse("step"),
                steps,
                verdict,
                errorProbability,
                because + ofALongOne(subject),
                reproduction,
                symptom,
                outcomes,
                samples,
                departures.first(),
                departures.lead(),
                interventions,
                notRun,
                curves,
                new ReplayResult.Cost(lab.trials(), lab.resumed(), lab.elapsed(), checkpointBytes),
                complete);
    }

    void symptom(Symptom one) {
        symptom = one.unit().isEmpty() ? one.label() : one.label() + ", in " + one.unit();
    }
}
