package observatory;

import static observatory.analysis.Kind.*;
import static observatory.analysis.Verdict.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.trainer.Fault;
import observatory.trainer.Precision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Faults made on purpose are found as what they are, and healthy runs are left alone. */
class PlannedFaultsTest {
    private static final int AT = 300;
    private static final int STEPS = 500;

    /** What a fault may be called, and what its cause is. */
    private record Expected(Set<Kind> kinds, Set<Verdict> verdicts) {}

    private static final Map<Fault.Kind, Expected> EXPECTED = new EnumMap<>(Map.ofEntries(
            Map.entry(Fault.Kind.BAD_BATCH, new Expected(Set.of(BAD_BATCH), Set.of(DATA_DRIVEN))),
            Map.entry(Fault.Kind.REPEATED_TOKEN, new Expected(Set.of(BAD_BATCH, DUPLICATE_DATA), Set.of(DATA_DRIVEN))),
            Map.entry(Fault.Kind.SHUFFLED_BYTES, new Expected(Set.of(BAD_BATCH), Set.of(DATA_DRIVEN))),
            Map.entry(Fault.Kind.FOREIGN_SOURCE, new Expected(Set.of(BAD_BATCH), Set.of(DATA_DRIVEN))),
            Map.entry(Fault.Kind.DUPLICATE_DATA, new Expected(Set.of(DUPLICATE_DATA), Set.of(DATA_DRIVEN))),
            Map.entry(Fault.Kind.MIXTURE_SHIFT, new Expected(Set.of(MIXTURE_SHIFT), Set.of(DATA_DRIVEN))),
            Map.entry(
                    Fault.Kind.LR_SURGE,
                    new Expected(Set.of(LOSS_SPIKE, DIVERGENCE, GRADIENT_DRIFT), Set.of(OPTIMISER))),
            Map.entry(
                    Fault.Kind.SLOW_DIVERGENCE,
                    new Expected(Set.of(SLOW_DIVERGENCE, DIVERGENCE, LOSS_SPIKE, GRADIENT_DRIFT), Set.of(OPTIMISER))),
            Map.entry(Fault.Kind.ADAM_EPSILON, new Expected(Set.of(GRADIENT_DRIFT), Set.of(OPTIMISER))),
            Map.entry(
                    Fault.Kind.ADAM_BETA2,
                    new Expected(Set.of(LOSS_SPIKE, GRADIENT_DRIFT, GRADIENT_SPIKE), Set.of(OPTIMISER))),
            Map.entry(
                    Fault.Kind.BIT_FLIP,
                    new Expected(
                            Set.of(NON_FINITE, OVERFLOW, LOSS_SPIKE, SPECTRAL_DRIFT, DIVERGENCE),
                            Set.of(HARDWARE, NUMERICAL))),
            Map.entry(Fault.Kind.DEAD_UNITS, new Expected(Set.of(DEAD_UNITS), Set.of(OPTIMISER))),
            Map.entry(Fault.Kind.ATTENTION_LOGITS, new Expected(Set.of(ATTENTION_GROWTH), Set.of(OPTIMISER))),
            Map.entry(Fault.Kind.RANK_DIVERGENCE, new Expected(Set.of(RANK_DISAGREEMENT), Set.of(HARDWARE))),
            Map.entry(Fault.Kind.FP16_OVERFLOW, new Expected(Set.of(OVERFLOW), Set.of(NUMERICAL))),
            Map.entry(Fault.Kind.NAN, new Expected(Set.of(NON_FINITE), Set.of(NUMERICAL))),
            Map.entry(
                    Fault.Kind.STUCK_LOSS_SCALE,
                    new Expected(Set.of(UNDERFLOW, LOSS_SCALE_COLLAPSE), Set.of(NUMERICAL)))));

    private static List<Incident> alarms(Fault fault, Precision precision, long seed, int steps) {
        return FaultRun.judged(fault, precision, seed, steps).stream()
                .filter(incident -> incident.severity() != Severity.INFO)
                .toList();
    }

    /** The incident that names the fault rightly, if there is one. */
    private static Optional<Incident> right(List<Incident> alarms, Fault.Kind kind) {
        Expected expected = EXPECTED.get(kind);
        return alarms.stream()
                .filter(incident -> expected.kinds.contains(incident.kind())
                        && expected.verdicts.contains(incident.verdict())
                        && incident.firstStep() >= AT - 1)
                .findFirst();
    }

    @Test
    void aFewFaultsOfEachCauseAreNamedRightly() {
        for (Fault.Kind kind : List.of(Fault.Kind.BAD_BATCH, Fault.Kind.LR_SURGE, Fault.Kind.RANK_DIVERGENCE)) {
            List<Incident> alarms = alarms(new Fault(kind, AT), Precision.FP32, 1, AT + 30);
            assertTrue(right(alarms, kind).isPresent(), kind + " was told as " + alarms);
        }
    }

    @Test
    void aHealthyRunIsLeftAlone() {
        assertEquals(List.of(), alarms(Fault.NONE, Precision.BF16, 1, 2000));
    }

    @Test
    @Tag("soak")
    void ninetyPercentOfAllFaultsAreNamedRightlyInEveryPrecision() {
        int runs = 0;
        int found = 0;
        List<String> wrong = new ArrayList<>();
        for (Fault.Kind kind : EXPECTED.keySet()) {
            for (Precision precision : Precision.values()) {
                if (kind.needsHalf() && precision != Precision.FP16) {
                    continue;
                }
                for (long seed = 1; seed <= 3; seed++) {
                    List<Incident> alarms = alarms(new Fault(kind, AT), precision, seed, STEPS);
                    Optional<Incident> right = right(alarms, kind);
                    runs++;
                    found += right.isPresent() ? 1 : 0;
                    right.ifPresent(incident -> System.out.println(kind + " " + precision + ": step "
                            + incident.firstStep() + ", " + incident.kind().label() + ", signals "
                            + incident.evidence().facts().get("signals")));
                    if (right.isEmpty()) {
                        wrong.add(kind + " " + precision + " seed " + seed + ": "
                                + alarms.stream()
                                        .map(one -> one.kind().label() + "/"
                                                + one.verdict().label() + "@" + one.firstStep())
                                        .toList());
                    }
                }
            }
        }
        System.out.printf(
                "named rightly: %d of %d (95 %%: %s)%n%s%n",
                found, runs, interval(found, runs), String.join("\n", wrong));
        assertTrue(found >= 0.9 * runs, found + " of " + runs + ": " + wrong);
    }

    /** Of a proportion (Wilson 1927). */
    private static String interval(int part, int whole) {
        double z = 1.96;
        double p = part / (double) whole;
        double centre = (p + z * z / (2 * whole)) / (1 + z * z / whole);
        double half = z / (1 + z * z / whole) * Math.sqrt(p * (1 - p) / whole + z * z / (4.0 * whole * whole));
        return "%.3f to %.3f".formatted(Math.max(0, centre - half), Math.min(1, centre + half));
    }

    @Test
    @Tag("soak")
    void healthyRunsAreLeftAloneForAHundredThousandSteps() {
        List<String> said = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            for (long seed = 1; seed <= 7; seed++) {
                alarms(Fault.NONE, precision, seed, 5000).forEach(one -> said.add(precision + ": " + one.summary()));
            }
        }
        assertEquals(List.of(), said);
    }
}
