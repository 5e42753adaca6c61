package observatory.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.RunId;
import org.junit.jupiter.api.Test;

class DemoResultTest {
    private static Incident incident(Evidence evidence) {
        return incident(Severity.CRITICAL, "", evidence);
    }

    private static Incident incident(Severity severity, String summary, Evidence evidence) {
        return new Incident(
                new RunId("tryout"),
                1,
                Kind.LOSS_SPIKE,
                severity,
                "LossSpike",
                88,
                95,
                91,
                true,
                Verdict.OPTIMISER,
                summary,
                "Why it matters.",
                "What to try.",
                evidence);
    }

    @Test
    void theOrderInWhichSignalsLeftIsToldWhereOneLed() {
        Evidence led = Evidence.none()
                .with("signals", "ResidualGrowth 88, GradientSpike 90, LossSpike 91")
                .with("ledBy", "ResidualGrowth")
                .with("leadSteps", 3);
        assertEquals(
                Optional.of(
                        "left their levels in this order: ResidualGrowth 88, GradientSpike 90, LossSpike 91; the first"
                                + " 3 steps before LossSpike"),
                DemoResult.order(incident(led)));
        assertEquals(Optional.empty(), DemoResult.order(incident(Evidence.none().with("signals", "LossSpike 91"))));
    }

    @Test
    void whatOnlyInformsIsALineBelowWhatIsSevereAndAtMostFiveAreShown() {
        List<Incident> incidents = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            incidents.add(incident(Severity.INFO, "Remark " + i + ".", Evidence.none()));
        }
        incidents.add(incident(Severity.CRITICAL, "The loss rose.", Evidence.none()));
        String text = new DemoResult(
                        "tryout",
                        100,
                        new DemoResult.Frames(100, 100, 0, 0),
                        incidents,
                        List.of(),
                        Path.of("report.html"),
                        new Overhead.Ratio(0.01, 0.02),
                        1000,
                        10,
                        List.of(),
                        true,
                        false)
                .text();
        assertEquals("""
                critical loss_spike, steps 88 to 95, verdict optimiser
                    The loss rose.
                    Why it matters.
                    What to try.
                info loss_spike, steps 88 to 95: Remark 1.
                info loss_spike, steps 88 to 95: Remark 2.
                info loss_spike, steps 88 to 95: Remark 3.
                info loss_spike, steps 88 to 95: Remark 4.
                info loss_spike, steps 88 to 95: Remark 5.
                and 2 more of severity info, in the report
                report:    report.html""", text.substring(text.indexOf("critical")));
    }
}
