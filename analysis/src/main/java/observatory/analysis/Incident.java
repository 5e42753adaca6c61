package observatory.analysis;

import observatory.probe.RunId;

/**
 * Findings of one cause joined over time. The same incident is published again as it opens, escalates and resolves;
 * {@code id} stays.
 *
 * @param id unique within the run, such as {@code 3}; with the run it is the identity of the incident
 * @param firstStep step of the first finding
 * @param lastStep step of the last finding so far
 * @param peakStep step of the worst finding
 * @param resolved whether the run has been back to normal for long enough
 */
public record Incident(
        RunId run,
        int id,
        Kind kind,
        Severity severity,
        String detector,
        long firstStep,
        long lastStep,
        long peakStep,
        boolean resolved,
        Verdict verdict,
        String summary,
        String explanation,
        String remedy,
        Evidence evidence) {

    /** "step 7", or "steps 7,000 to 7,002". */
    public String steps() {
        return steps(firstStep, lastStep);
    }

    /** "step 7,000". */
    public static String step(long step) {
        return "step " + Numbers.whole(step);
    }

    /** The same of any stretch of steps. */
    public static String steps(long first, long last) {
        return first == last ? step(first) : "steps " + Numbers.whole(first) + " to " + Numbers.whole(last);
    }

    public Incident with(Evidence other) {
        return new Incident(
                run,
                id,
                kind,
                severity,
                detector,
                firstStep,
                lastStep,
                peakStep,
                resolved,
                verdict,
                summary,
                explanation,
                remedy,
                other);
    }
}
