package observatory.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The verdict on an incident and what speaks for and against it, from the findings alone. Loss and gradient norm tell
 * that something happened, never why: without a witness of another kind the verdict is undetermined.
 */
record Reasoning(Verdict verdict, Evidence evidence) {
    /** A warning that was open this many steps before is a witness; older ones are another story. */
    private static final long NEAR = 2000;

    static Reasoning about(Incidents.Open incident, List<Incidents.Open> all) {
        List<Incidents.Open> earlier = all.stream()
                .filter(other -> canCause(other.worst().kind())
                        && other.id() != incident.id()
                        && other.firstStep() <= incident.firstStep()
                        && incident.firstStep() - other.lastStep() <= NEAR
                        && Family.of(incident.worst().kind()) == Family.INSTABILITY)
                .sorted(Comparator.comparingLong(Incidents.Open::firstStep))
                .toList();
        Verdict own = incident.worst().verdict();
        Verdict verdict = own != Verdict.UNDETERMINED
                ? own
                : earlier.stream()
                        .filter(other -> other.severity() != Severity.INFO) // a remark is no witness
                        .map(other -> other.worst().verdict())
                        .filter(other -> other != Verdict.UNDETERMINED)
                        .findFirst()
                        .orElse(Verdict.UNDETERMINED);
        Evidence evidence = incident.worst().evidence();
        evidence = lead(incident, earlier, evidence);
        evidence = with(evidence, "for", support(incident, earlier, verdict));
        return new Reasoning(verdict, with(evidence, "against", doubt(incident, verdict)));
    }

    private static Evidence with(Evidence evidence, String name, String reason) {
        return reason.isEmpty() ? evidence : evidence.with(name, reason);
    }

    /**
     * The order in which signals left their baselines, earliest first, and how long before the worst
     * finding the first did.
     */
    private static Evidence lead(Incidents.Open incident, List<Incidents.Open> earlier, Evidence evidence) {
        List<Map.Entry<String, Long>> order = new ArrayList<>(incident.spoke().entrySet());
        earlier.forEach(other -> order.addAll(other.spoke().entrySet()));
        order.sort(Map.Entry.comparingByValue());
        StringBuilder signals = new StringBuilder();
        for (Map.Entry<String, Long> one : order) {
            signals.append(signals.isEmpty() ? "" : ", ")
                    .append(one.getKey())
                    .append(' ')
                    .append(one.getValue());
        }
        Map.Entry<String, Long> first = order.getFirst();
        Long own = incident.spoke().get(incident.worst().detector());
        Evidence told = evidence.with("signals", signals.toString());
        return own != null && first.getValue() < own
                ? told.with("ledBy", first.getKey()).with("leadSteps", own - first.getValue())
                : told;
    }

    private static String support(Incidents.Open incident, List<Incidents.Open> earlier, Verdict verdict) {
        if (verdict == Verdict.UNDETERMINED) {
            return ofTheModel(incident.worst().kind()) ? "nothing that tells one cause from another was measured" : "";
        }
        String own = incident.worst().verdict() == verdict ? incident.worst().summary() : "";
        String others = earlier.stream()
                .filter(other -> other.severity() != Severity.INFO)
                .filter(other -> other.worst().verdict() == verdict)
                .map(other -> other.worst().summary())
                .findFirst()
                .orElse("");
        return (own + " " + others).strip();
    }

    /**
     * Whether what a kind is about can be why a model breaks: slow steps and lost records are no cause, a batch that is
     * too small and a loss behind its law are no news, and a restart may have changed anything.
     */
    private static boolean canCause(Kind kind) {
        return switch (kind.subject()) {
            case MODEL -> true;
            case TRAINING -> kind != Kind.NOISE_SCALE && kind != Kind.SCALING_LAG;
            case RUNNING -> kind == Kind.RESTART;
        };
    }

    /** Whether a kind is about the model or its training, and not about how fast or how well recorded it is trained. */
    private static boolean ofTheModel(Kind kind) {
        return kind.subject() != Kind.Subject.RUNNING;
    }

    /** What else could have done it, which speaks against the verdict. */
    private static String doubt(Incidents.Open incident, Verdict verdict) {
        boolean model = ofTheModel(incident.worst().kind());
        boolean sample = incident.worst().evidence().facts().containsKey("sequence");
        return switch (verdict) {
            case UNDETERMINED ->
                model
                        ? "loss and gradient norm move alike for bad data, a bad optimiser state and a bad device;"
                                + " per-sample losses, probes, or a replay of the step would tell"
                        : "";
            case DATA_DRIVEN ->
                "the same batch may be harmless to another state of the model (PaLM's batches were); replaying it from an"
                        + " earlier checkpoint tells";
            case NUMERICAL ->
                sample
                        ? "the batch was unusual as well; replaying it in fp32 tells"
                        : "a device that computes wrongly looks the same; running the step again elsewhere tells";
            case OPTIMISER -> "an unusual batch may have moved the optimiser; replaying with another batch tells";
            case HARDWARE ->
                model
                        ? "different kernels or orders of summation also differ between ranks, though by little"
                        : "reading data, a validation or a checkpoint makes steps slow on sound machines as well";
        };
    }
}
