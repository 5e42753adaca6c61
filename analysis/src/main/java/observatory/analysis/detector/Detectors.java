package observatory.analysis.detector;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The catalogue of detectors. Every detector of this package has its line here. */
public final class Detectors {
    private Detectors() {}

    /** One line of the catalogue: how a detector is made, and what can be set. */
    private record Entry(Function<Settings, Detector<?>> make, List<Setting> settings) {}

    /**
     * They see the frames of one rank in one incarnation, and begin anew with the next but for what stays true
     * ({@link Resumable}).
     */
    private static final List<Entry> OF_RANK = List.of(
            new Entry(s -> new Overflow(), List.of()),
            new Entry(s -> new NonFinite(), List.of()),
            new Entry(LossSpike::new, LossSpike.SETTINGS),
            new Entry(JointSpike::new, JointSpike.SETTINGS),
            new Entry(Divergence::new, Divergence.SETTINGS),
            new Entry(SlowDivergence::new, SlowDivergence.SETTINGS),
            new Entry(GradientSpike::new, GradientSpike.SETTINGS),
            new Entry(GradientDrift::new, GradientDrift.SETTINGS),
            new Entry(MomentDecay::new, MomentDecay.SETTINGS),
            new Entry(MagnitudeJump::new, MagnitudeJump.SETTINGS),
            new Entry(LossScaleCollapse::new, LossScaleCollapse.SETTINGS),
            new Entry(SkipStorm::new, SkipStorm.SETTINGS),
            new Entry(OverflowAhead::new, OverflowAhead.SETTINGS),
            new Entry(Underflow::new, Underflow.SETTINGS),
            new Entry(AttentionGrowth::new, AttentionGrowth.SETTINGS),
            new Entry(EntropyCollapse::new, EntropyCollapse.SETTINGS),
            new Entry(LogitDrift::new, LogitDrift.SETTINGS),
            new Entry(AdamPrecursor::new, AdamPrecursor.SETTINGS),
            new Entry(EpsilonDominance::new, EpsilonDominance.SETTINGS),
            new Entry(DampedUpdates::new, DampedUpdates.SETTINGS),
            new Entry(UpdateBand::new, UpdateBand.SETTINGS),
            new Entry(ResidualGrowth::new, ResidualGrowth.SETTINGS),
            new Entry(DeadUnits::new, DeadUnits.SETTINGS),
            new Entry(OutlierFeatures::new, OutlierFeatures.SETTINGS),
            new Entry(SpectralDrift::new, SpectralDrift.SETTINGS),
            new Entry(BadBatch::new, BadBatch.SETTINGS),
            new Entry(OutlierDocuments::new, OutlierDocuments.SETTINGS),
            new Entry(DuplicateData::new, DuplicateData.SETTINGS),
            new Entry(RepeatedSource::new, RepeatedSource.SETTINGS),
            new Entry(MixtureShift::new, MixtureShift.SETTINGS),
            new Entry(SourceDivergence::new, SourceDivergence.SETTINGS),
            new Entry(NoiseScale::new, NoiseScale.SETTINGS),
            new Entry(ScalingLag::new, ScalingLag.SETTINGS),
            new Entry(StepTime::new, StepTime.SETTINGS),
            new Entry(SuspiciousLog::new, SuspiciousLog.SETTINGS));

    /** They see the frames of all ranks and incarnations, and go on through restarts. */
    private static final List<Entry> OF_RUN = List.of(
            new Entry(Restart::new, Restart.SETTINGS),
            new Entry(RateJump::new, RateJump.SETTINGS),
            new Entry(Stalled::new, Stalled.SETTINGS),
            new Entry(TelemetryLost::new, TelemetryLost.SETTINGS),
            new Entry(Straggler::new, Straggler.SETTINGS),
            new Entry(RankDisagreement::new, RankDisagreement.SETTINGS),
            new Entry(s -> new HardwareError(), List.of()));

    /** They see the frames of every process, also of one that another has taken over from. */
    private static final List<Entry> OF_WRITERS = List.of(new Entry(s -> new DuplicateWriter(), List.of()));

    public static List<Detector<?>> all() {
        return Stream.of(ofRank(Settings.DEFAULTS), ofRun(Settings.DEFAULTS), ofWriters(Settings.DEFAULTS))
                .flatMap(List::stream)
                .toList();
    }

    public static List<Detector<?>> ofRank(Settings settings) {
        return made(OF_RANK, settings);
    }

    public static List<Detector<?>> ofRun(Settings settings) {
        return made(OF_RUN, settings);
    }

    public static List<Detector<?>> ofWriters(Settings settings) {
        return made(OF_WRITERS, settings);
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
