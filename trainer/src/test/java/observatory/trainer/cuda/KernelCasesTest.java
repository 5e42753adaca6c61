package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import observatory.kernel.Ptx;
import observatory.trainer.Precision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The case table of the kernels, on the emulation; `bench cuda kernels` runs the same table on a device. */
class KernelCasesTest {
    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    @AfterEach
    void inOrder() {
        Emulation.reset();
    }

    @TestFactory
    Stream<DynamicNode> agreesWithThePlainComputation() {
        return Stream.of(Precision.values()).flatMap(KernelCasesTest::in);
    }

    /** All cases in a format, and behind them whether they have reached everything that is shipped for it. */
    private static Stream<DynamicNode> in(Precision precision) {
        Stream<DynamicNode> cases = KernelCase.all().stream()
                .map(kernel -> DynamicTest.dynamicTest(kernel.name() + " " + precision.label(), () -> {
                    Measured measured = kernel.run(precision);
                    assertEquals("pass", measured.verdict(), measured::toString);
                }));
        return Stream.concat(
                cases,
                Stream.of(DynamicTest.dynamicTest(
                        "every kernel of the PTX has a case " + precision.label(),
                        () -> assertEquals(
                                List.of(), unreached(Elements.of(precision).name())))));
    }

    /** Kernels of the PTX that nothing has launched. */
    private static List<String> unreached(String element) {
        return Pattern.compile("\\.entry ([a-z0-9_]+)")
                .matcher(Ptx.of(element).text())
                .results()
                .map((MatchResult entry) -> element + "/" + entry.group(1))
                .filter(kernel -> Emulation.calls(kernel) == 0)
                .toList();
    }

    /** No result may depend on which thread of a block comes first. */
    @Test
    void theOrderOfThreadsMakesNoDifference() {
        for (KernelCase kernel : KernelCase.all()) {
            if (List.of("layernorm, 33 columns", "cross-entropy, 48 columns", "attention, heads of 20")
                    .contains(kernel.name())) {
                Measured inOrder = kernel.run(Precision.FP32);
                Emulation.shuffle(7);
                assertEquals(inOrder.numbers(), kernel.run(Precision.FP32).numbers(), kernel.name());
                Emulation.shuffle(0);
            }
        }
    }
}
