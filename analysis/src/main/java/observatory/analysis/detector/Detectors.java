package observatory.analysis.detector;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The catalogue of detectors. Every detector of this package has its line here. */
public final class Detectors {
    private Detectors() {}

    /** One line of the catalogue: how a detector is made, and what can be set. */
    private record Entry(Function<Settings, Detector<?>> make, List<Setting> settings) {}

    /** They see the frames of one rank in one incarnation, and begin anew with the next. */
    private static final List<Entry> OF_RANK = List.of(
            new Entry(s -> new Overflow(), List.of()),
            new Entry(s -> new NonFinite(), List.of()),
            new Entry(LossSpike::new, LossSpike.SETTINGS),
            new Entry(JointSpike::new, JointSpike.SETTINGS),
            new Entry(Divergence::new, Divergence.SETTINGS),
            new Entry(SlowDivergence::new, SlowDivergence.SETTINGS),
            new Entry(GradientSpike::new, GradientSpike.SETTINGS));

    /** They see the frames of all ranks and incarnations, and go on through restarts. */
    private static final List<Entry> OF_RUN = List.of();

    public static List<Detector<?>> all() {
        return Stream.concat(ofRank(Settings.DEFAULTS).stream(), ofRun(Settings.DEFAULTS).stream())
                .toList();
    }

    public static List<Detector<?>> ofRank(Settings settings) {
        return made(OF_RANK, settings);
    }

    public static List<Detector<?>> ofRun(Settings settings) {
        return made(OF_RUN, settings);
    }

    /** Every threshold there is. */
    public static List<Setting> settings() {
        return Stream.concat(OF_RANK.stream(), OF_RUN.stream())
                .flatMap(entry -> entry.settings.stream())
                .toList();
    }

    /** The name of a detector in findings and reports. */
    public static String name(Detector<?> detector) {
        return detector.getClass().getSimpleName();
    }

    private static List<Detector<?>> made(List<Entry> entries, Settings settings) {
        return entries.stream()
                .<Detector<?>>map(entry -> entry.make.apply(settings))
                .toList();
    }
}
