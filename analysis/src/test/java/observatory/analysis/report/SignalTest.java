package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;

class SignalTest {
    @Test
    void signalsStandInTheOrderInWhichTheyLeft() {
        List<Signal> signals = Signal.of(with("GradientSpike 31215, LossSpike 31216, AttentionGrowth 31216"));
        assertEquals(
                List.of(
                        new Signal("Gradient spike", 31215, "first"),
                        new Signal("Loss spike", 31216, "+1 steps"),
                        new Signal("Attention growth", 31216, "+1 steps")),
                signals);
    }

    @Test
    void whatIsNoListOfSignalsGivesNone() {
        assertTrue(Signal.of(with("nothing of that kind")).isEmpty());
        assertTrue(Signal.of(Sample.incident(1, Severity.INFO, 5, "")).isEmpty());
    }

    @Test
    void theTimelineHasALaneForEachSignalAndAMarkWhereItLeft() {
        Span steps = new Span(31_000, 32_000);
        Figure figure = Timeline.of(List.of(with("GradientSpike 31200, LossSpike 31800")), steps)
                .orElseThrow();
        assertEquals(2 * 24 + Canvas.AROUND, figure.height());
        Canvas same = new Canvas(steps.axis(), new Axis(-2, 0, false, List.of()), figure.height());
        int scale = Canvas.SCALE;
        int first = figure.image().getRGB((int) (same.x(31_200) * scale), (int) (same.y(-0.5) * scale));
        int second = figure.image().getRGB((int) (same.x(31_800) * scale), (int) (same.y(-1.5) * scale));
        assertEquals(Palette.VERMILION.getRGB(), first, "filled: it was the first");
        assertEquals(0xFFFFFFFF, second, "hollow: it came after");
    }

    @Test
    void namesAreWrittenAsPeopleWriteThem() {
        assertEquals("steps in a row", Words.apart("stepsInARow"));
        assertEquals("loss spike", Words.apart("LossSpike"));
        assertEquals("non finite", Words.apart("non_finite"));
    }

    @Test
    void whatWouldEnableADetectorIsSaid() {
        assertTrue(Enabling.of("no frame has the metric attention_logit_max; turn on its probe")
                .matches("probe attention.logits"));
        assertEquals("a trainer that logs gradient_norm", Enabling.of("no frame has the scalar gradient_norm"));
        assertEquals("", Enabling.of("only one rank"));
    }

    private static Incident with(String signals) {
        Incident plain = Sample.incident(1, Severity.CRITICAL, 31_200, "");
        return new Incident(
                plain.run(),
                plain.id(),
                plain.kind(),
                plain.severity(),
                plain.detector(),
                plain.firstStep(),
                plain.lastStep(),
                plain.peakStep(),
                plain.resolved(),
                plain.verdict(),
                plain.summary(),
                plain.explanation(),
                plain.remedy(),
                plain.evidence().with("signals", signals));
    }
}
