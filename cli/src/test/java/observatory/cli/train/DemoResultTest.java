package observatory.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        return new Incident(
                new RunId("tryout"),
                1,
                Kind.LOSS_SPIKE,
                Severity.CRITICAL,
                "LossSpike",
                88,
                95,
                91,
                true,
                Verdict.OPTIMISER,
                "",
                "",
                "",
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
}
