package observatory.analysis.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;

/** A made-up run with a spike of one step and incidents of every severity. */
final class Sample {
    static final int SPIKE = 7_003;
    private static final RunId RUN = new RunId("sample");

    private Sample() {}

    static List<Frame> frames(int steps) {
        Origin origin = new Origin(RUN, 0, new UUID(0, 1), 0);
        List<Frame> frames = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            double loss = step == SPIKE ? 9 : 2 + 8 * Math.exp(-step / 900.0) + 0.05 * Math.sin(step * 1.7);
            Scalars scalars = new Scalars.Builder()
                    .put(Scalars.LOSS, step == SPIKE + 500 ? Double.NaN : loss)
                    .put(Scalars.GRADIENT_NORM, step == SPIKE ? 400 : 0.5 + 0.1 * Math.cos(step))
                    .put(Scalars.LEARNING_RATE, 3e-4 * Math.min(1, step / 500.0))
                    .put(Scalars.LOSS_SCALE, step < SPIKE ? 65536 : 4096)
                    .put(Scalars.TOKENS, 4096)
                    .put(Scalars.STEP_SECONDS, 0.25 + 0.01 * Math.sin(step))
                    .build();
            frames.add(new Frame(origin, step, step, Instant.EPOCH, scalars, Sites.none(), Optional.empty()));
        }
        return frames;
    }

    static Incident incident(int id, Severity severity, long firstStep, String text) {
        Evidence evidence = Evidence.none()
                .with("loss", 9.0)
                .with("robust_z", 41.25)
                .with("not_finite", Double.NaN)
                .with("window", 128L)
                .with("firstBadSite", "layer 3 mlp_out");
        return new Incident(
                RUN,
                id,
                Kind.LOSS_SPIKE,
                severity,
                "LossSpike",
                firstStep,
                firstStep + 150,
                firstStep + 3,
                severity != Severity.CRITICAL,
                Verdict.DATA_DRIVEN,
                "The loss rose from 2.03 to 9.00 in one step. " + text,
                "A jump of this size means that a batch unlike the others was seen, or that an update was too large.",
                "Look at the batch of this step; if it is sound, lower the learning rate or clip at 1.0.",
                evidence);
    }

    static PostMortem postMortem(int steps, String run, String text) {
        return PostMortem.of(
                run,
                frames(steps),
                List.of(
                        incident(3, Severity.INFO, 9_000, text),
                        incident(1, Severity.WARNING, 3_000, text),
                        incident(2, Severity.CRITICAL, SPIKE, text)),
                List.of(new RunWatch.NotApplicable("attention_growth", "the probe attention_logits is off " + text)));
    }
}
