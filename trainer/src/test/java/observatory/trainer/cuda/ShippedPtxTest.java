package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import observatory.kernel.Ptx;
import observatory.trainer.Precision;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The case table on the PTX that is shipped: on what nvcc made of the sources, and on inline assembly, of which the
 * emulation of the sources has neither. Faults planted in it are found: by a wrong result, or by what ptx.h checks.
 */
@Tag("soak")
class ShippedPtxTest {
    private static final String PRODUCT =
            "(mma\\S+ \\{[^}]*}, )\\{(%r\\d+),(%r\\d+),(%r\\d+),(%r\\d+)}, \\{(%r\\d+),(%r\\d+)}";

    @TempDir
    Path folder;

    @BeforeEach
    void compiler() {
        Emulation.requireCompiler();
    }

    @ParameterizedTest
    @EnumSource
    void everyCaseAgrees(Precision precision) throws IOException, InterruptedException {
        Mutant.Ended ended = Mutant.run(build(text -> text), precision);
        assertEquals(0, ended.status(), ended.said());
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("attention_forward_64", PRODUCT, "$1{$2,$4,$3,$5}, {$6,$7}"),
                Arguments.of("attention_forward_64", PRODUCT, "$1{$2,$3,$4,$5}, {$7,$6}"),
                Arguments.of("attention_forward_32", "\\.trans", ""),
                Arguments.of("gemm_tensor_nt", "(ldmatrix\\S+ )\\{(%r\\d+),(%r\\d+),", "$1{$3,$2,"),
                Arguments.of("gemm_tensor_nn", "wait_group 0", "wait_group 1"),
                Arguments.of("attention_forward_64", "wait_group 0", "wait_group 1"),
                Arguments.of("norm_forward", "wait_group 0", "wait_group 1"),
                Arguments.of("gemm_tensor_nn", "cp\\.async\\.commit_group;", ""),
                Arguments.of("gemm_tensor_nn", "bar\\.sync\\s+0;", ""),
                Arguments.of("attention_backward_keys_64", "bar\\.sync\\s+0;", ""));
    }

    @ParameterizedTest(name = "{0}: {1} to {2}")
    @MethodSource("faults")
    void aPlantedFaultIsFound(String kernel, String from, String to) throws IOException, InterruptedException {
        Path library = build(text -> {
            Matcher body = Pattern.compile("\\.entry " + kernel + "\\([^)]*\\)[^{]*\\{(.*?)\\n}", Pattern.DOTALL)
                    .matcher(text);
            assertTrue(body.find(), kernel);
            String faulty = Pattern.compile(from).matcher(body.group(1)).replaceFirst(to);
            assertNotEquals(body.group(1), faulty, "the kernel has changed; plant the fault anew");
            return text.substring(0, body.start(1)) + faulty + text.substring(body.end(1));
        });
        Mutant.Ended ended = Mutant.run(library, Precision.FP16);
        assertNotEquals(0, ended.status(), "not found: " + ended.said());
    }

    /** With a change of one format. */
    private Path build(UnaryOperator<String> fp16) throws IOException {
        for (String element : Ptx.ELEMENTS) {
            String text = Ptx.of(element).text();
            Files.writeString(folder.resolve(element + ".ptx"), element.equals("f16") ? fp16.apply(text) : text);
        }
        return Emulation.buildPtx(folder, "ptx");
    }
}
