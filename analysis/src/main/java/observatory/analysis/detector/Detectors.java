package observatory.analysis.detector;

import java.util.List;

/** The catalogue of detectors. Every detector of this package has its line here. */
public final class Detectors {
    private Detectors() {}

    public static List<Detector<?>> all() {
        return List.of(new Overflow(), new NonFinite(), new LossSpike(), new GradientSpike());
    }

    /** The name of a detector in findings and reports. */
    public static String name(Detector<?> detector) {
        return detector.getClass().getSimpleName();
    }
}
