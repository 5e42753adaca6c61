package observatory.analysis.rules;

import java.util.List;
import java.util.function.Supplier;

/** The published rules that loss and gradient norm are enough for, each made anew for a run. */
public final class PublishedRules {
    /** Rules of the catalogue that a log cannot answer, and what they would need. */
    public static final String NOT_IN_A_LOG =
            "S1, S3-S7, S11, S12, R6, R7, R13, R19, R21, R22, R28 look at tensors, R23 and"
                    + " R31 at several ranks, S9, S10 at a validation set, S13-S15, R30 at the machine, L1-L5 are loss scalers";

    private PublishedRules() {}

    public static List<Supplier<PublishedRule>> all() {
        return List.of(
                NotFinite::new,
                MegatronSpiky::new,
                () -> new LlmcZ(6),
                LightningSpike::new,
                OlmoSkipStep::new,
                OlmoStability::new,
                KillLossSpike::new,
                HighLoss::new,
                () -> new MetaseqSkip(1.1),
                ZClip::new,
                FoundryOutlier::new,
                Turbulence::new,
                () -> new LossCap(5, 3),
                () -> new LossCap(3, 5),
                TwiceMedian::new,
                FiveTimesMean::new,
                DlibSlope::new,
                WandbZ::new,
                LossNotDecreasing::new,
                NanAndMad::new);
    }
}
