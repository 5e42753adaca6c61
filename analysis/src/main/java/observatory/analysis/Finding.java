package observatory.analysis;

import java.util.Objects;

/**
 * What a detector saw at one step: what it is and how bad, the evidence, and three sentences for people: what
 * happened, why it matters, what to try.
 *
 * @param magnitude how far from healthy, comparable between findings of one detector; larger is worse
 */
public record Finding(
        String detector,
        Kind kind,
        Severity severity,
        long step,
        double magnitude,
        Verdict verdict,
        Evidence evidence,
        String summary,
        String explanation,
        String remedy) {
    public Finding {
        Objects.requireNonNull(detector, "detector");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(evidence, "evidence");
    }
}
