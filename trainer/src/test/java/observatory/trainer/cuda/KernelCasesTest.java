package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import observatory.trainer.Precision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    static Stream<Arguments> cases() {
        return KernelCase.all().stream()
                .flatMap(kernel -> Stream.of(Precision.FP32, Precision.FP16).map(p -> Arguments.of(kernel, p)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void agreesWithThePlainComputation(KernelCase kernel, Precision precision) {
        Measured measured = kernel.run(precision);
        assertEquals("pass", measured.verdict(), measured::toString);
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
