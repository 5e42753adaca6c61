package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;
import observatory.trainer.ModelSpec.Norm;
import org.junit.jupiter.api.Test;

/** What cannot be is refused with the thing, the rule, the value and the next step. */
class SpecTest {
    @Test
    void whatDiffersIsNamedPartByPart() {
        ModelSpec spec = new ModelSpec(2, 4, 64, 32, 256, ModelSpec.Norm.LAYERNORM);
        assertEquals(List.of(), spec.differences(new ModelSpec(2, 4, 64, 32, 256, ModelSpec.Norm.LAYERNORM)));
        assertEquals(
                List.of("layers=2 and here 3", "norm=LAYERNORM and here RMSNORM", "tied=false and here true"),
                spec.differences(new ModelSpec(3, 4, 64, 32, 256, ModelSpec.Norm.RMSNORM).withTied(true)));
    }

    @Test
    void headsDivideWidth() {
        assertEquals(
                "heads must divide width: width=100, heads=12; try heads=10",
                refusal(() -> new ModelSpec(2, 12, 100, 64, 256, Norm.LAYERNORM)));
        assertTrue(refusal(() -> new ModelSpec(0, 1, 8, 8, 8, Norm.RMSNORM)).contains("layers=0"));
        assertTrue(refusal(() -> new ModelSpec(1, 1, 8, 1, 8, Norm.RMSNORM)).contains("context=1"));
    }

    @Test
    void faultsAreReadAndRefused() {
        assertEquals(new Fault(Fault.Kind.BAD_BATCH, 200), Fault.parse("bad-batch@200"));
        assertEquals("fp16-overflow@3", Fault.parse("fp16-overflow@3").toString());
        assertEquals(Fault.NONE, Fault.parse("none"));
        assertTrue(refusal(() -> Fault.parse("meteor@3")).contains("stuck-loss-scale: meteor@3"));
        assertTrue(refusal(() -> Fault.parse("nan@0")).contains("nan@0"));
        assertTrue(refusal(() -> Fault.parse("nan@soon")).contains("try nan@200"));
        assertTrue(Fault.parse("bad-batch@5").active(8));
        assertTrue(!Fault.parse("bad-batch@5").active(9));
    }

    @Test
    void theRateWarmsUpAndThenFollowsACosineToATenth() {
        TrainingSpec spec = new TrainingSpec(110, 1, 1e-3, 10, 1, Precision.FP32, 0);
        assertEquals(1e-4, spec.rate(1), 1e-18);
        assertEquals(1e-3, spec.rate(10), 1e-18);
        assertEquals(0.55e-3, spec.rate(60), 1e-15, "half way between peak and floor");
        assertEquals(1e-4, spec.rate(110), 1e-15);
        assertTrue(refusal(() -> new TrainingSpec(10, 1, Double.NaN, 0, 1, Precision.FP32, 0))
                .contains("learning rate"));
    }

    static String refusal(Supplier<Object> made) {
        return assertThrows(IllegalArgumentException.class, made::get).getMessage();
    }
}
