package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;

/**
 * Activations grow from one step to the next by more than any update or batch can make them, and stay finite:
 * a bit of an exponent has flipped in a weight or on the way. The first such site in the order of execution
 * is where it happened.
 */
public final class MagnitudeJump implements Detector<MagnitudeJump.State> {
    static final Setting BITS = new Setting(
            "magnitude_jump.bits",
            20,
            Setting.from(8, 120),
            "binary orders of magnitude in one step",
            "one update moves a weight by a few learning rates and norms bound what a batch does; a flip in the upper half"
                    + " of an fp32 exponent is 16 to 128 orders, and a divergence takes several steps for twenty");
    static final List<Setting> SETTINGS = List.of(BITS);

    private static final String METRIC = "rms";
    private static final int KNOWN = 20;

    /** The logarithm of the rms by site. */
    public record State(SiteTrend rms) {}

    private final Settings settings;

    public MagnitudeJump(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.metrics(METRIC);
    }

    @Override
    public State start() {
        return new State(SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Column column = frame.sites().column(METRIC).orElseThrow();
        SiteTrend.Reading reading = state.rms.read(frame, column, SiteTrend::logarithm);
        double mark = settings.get(BITS) * Math.log(2);
        // The site that is first in the frame is first in the forward pass: its measure is the largest.
        return Judgement.of(
                new State(reading.next()),
                reading.worst(i -> reading.site(i).hook().forward()
                                        && reading.known(i, KNOWN)
                                        && reading.distance()[i] > mark
                                ? -column.at()[i]
                                : Double.NaN)
                        .map(worst -> finding(frame, worst)));
    }

    private static Finding finding(Frame frame, SiteTrend.Worst worst) {
        double bits = worst.distance() / Math.log(2);
        double rms = Math.exp(worst.value());
        return new Finding(
                "MagnitudeJump",
                Kind.OVERFLOW,
                Severity.CRITICAL,
                frame.step(),
                bits,
                Verdict.HARDWARE,
                Evidence.none()
                        .with("firstSite", worst.where())
                        .with("rms", rms)
                        .with("bits", bits),
                "At step %,d the activations of %s grew by %s binary orders of magnitude at once, to an rms of %s."
                        .formatted(frame.step(), worst.where(), Numbers.of(bits), Numbers.of(rms)),
                "No update and no batch does that: a bit of an exponent has flipped, most likely in a weight that this site"
                        + " reads, and every further step trains on it.",
                "Rewind to a checkpoint before this step on another device, test the memory of this one, and compare the"
                        + " largest weights before " + worst.where() + " with those of the checkpoint.");
    }
}
