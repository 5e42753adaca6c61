package observatory.probe.builtin;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Pack;
import observatory.probe.Probe;
import observatory.probe.Schedule;

/** The catalogue of built-in probes, and the packs they come in. Every probe of this package has its line here. */
public final class Probes {
    private static final Set<Hook> ACTIVATIONS =
            EnumSet.allOf(Hook.class).stream().filter(Hook::activation).collect(Collectors.toUnmodifiableSet());
    private static final Set<Hook> RESIDUAL = Set.of(Hook.RESIDUAL);
    private static final Set<Hook> EVERYTHING_BUT_UPDATES =
            EnumSet.complementOf(EnumSet.of(Hook.UPDATE)).stream().collect(Collectors.toUnmodifiableSet());
    /** In the continuous pack, what is not the residual stream is looked at once in this many steps. */
    private static final int SPARSE = 10;

    private Probes() {}

    /** One line of the catalogue. */
    public record Entry(String name, Pack pack, Probe<?> probe) {
        public List<Metric> metrics() {
            return List.of(probe.getClass().getAnnotationsByType(Metric.class));
        }
    }

    /** Every built-in probe, each as the cheapest pack has it. */
    public static List<Entry> catalogue() {
        return List.of(
                new Entry("non-finite", Pack.CONTINUOUS, new NonFinite(ACTIVATIONS, Schedule.everyStep())),
                new Entry("activation-scale", Pack.CONTINUOUS, new ActivationScale(RESIDUAL, Schedule.everyStep())),
                new Entry("gradient-norm", Pack.CONTINUOUS, new GradientNorm(Schedule.everySteps(SPARSE))),
                new Entry("update-ratio", Pack.CONTINUOUS, new UpdateRatio(Schedule.everySteps(SPARSE))));
    }

    /** The probes of a pack; each pack sees all that the one before it sees, at least as often. */
    public static List<Probe<?>> of(Pack pack) {
        return switch (pack) {
            case OFF -> List.of();
            case CONTINUOUS ->
                Stream.concat(
                                catalogue().stream().<Probe<?>>map(Entry::probe),
                                Stream.of(new ActivationScale(notResidual(), Schedule.everySteps(SPARSE))))
                        .toList();
            case PROFILE -> everyStep(ACTIVATIONS);
            case FORENSIC -> everyStep(EVERYTHING_BUT_UPDATES);
        };
    }

    private static List<Probe<?>> everyStep(Set<Hook> hooks) {
        Schedule always = Schedule.everyStep();
        return List.of(
                new NonFinite(hooks, always),
                new ActivationScale(hooks, always),
                new GradientNorm(always),
                new UpdateRatio(always));
    }

    private static Set<Hook> notResidual() {
        return ACTIVATIONS.stream().filter(hook -> !RESIDUAL.contains(hook)).collect(Collectors.toUnmodifiableSet());
    }
}
