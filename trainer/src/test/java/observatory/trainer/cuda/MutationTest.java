package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import observatory.trainer.Precision;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kernels broken on purpose fail the case table. What it cannot catch, because the emulation of the sources has no such
 * thing: a wait for asynchronous copies that is missing (they arrive at once) and a barrier whose only work is to keep
 * one tile's readers from the next tile's writers where all threads of a warp run in step, which ShippedPtxTest
 * catches; and races between blocks, which run one after another.
 */
@Tag("soak")
class MutationTest {
    private static final Path SOURCES = Path.of("..", "kernels", "src", "main", "cuda");

    @TempDir
    Path sources;

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    static Stream<Arguments> mutations() {
        return Stream.of(
                Arguments.of(
                        "reduce.cuh",
                        "shared[threadIdx.x / WARP] = x;\n    __syncthreads();\n    float sum",
                        "shared[threadIdx.x / WARP] = x;\n    float sum"),
                Arguments.of("reduce.cuh", "for (int away = WARP / 2; away", "for (int away = WARP / 4; away"),
                Arguments.of(
                        "summary.cuh",
                        "shared[k * warps + warp] = mine;\n    }\n    __syncthreads();",
                        "shared[k * warps + warp] = mine;\n    }"),
                Arguments.of("summary.cuh", "int other = 1; other < warps", "int other = 2; other < warps"),
                Arguments.of("summary.cu", "threadIdx.x < n % PACK", "threadIdx.x + 1 < n % PACK"),
                Arguments.of(
                        "activation.cu",
                        "const long last = packs * PACK + threadIdx.x;",
                        "const long last = packs * PACK + threadIdx.x + 1;"),
                Arguments.of("reduce.cuh", "half > 0; half /= 2", "half > 1; half /= 2"),
                Arguments.of("summary.cuh", "lower, rows, rows[1], rows[3]", "lower, rows, rows[0], rows[2]"),
                Arguments.of("summary.cuh", "lane % 4 == lane / 8 ?", "lane % 4 == lane / 4 ?"),
                Arguments.of("summary.cuh", "addOddPack(odd, !hasOdd, words)", "addOddPack(odd, true, words)"),
                Arguments.of("pairs.cuh", "magnitudePair(pairs[i])", "pairs[i]"),
                Arguments.of("norm.cu", "order(row + step);", "order(row + 1);"),
                Arguments.of("norm.cu", "run * RUN < left ? fetch", "run * RUN < left - PACK ? fetch"),
                Arguments.of("cross_entropy.cu", "if (c < columns) packed[k]", "if (c + V < columns) packed[k]"),
                Arguments.of(
                        "norm.cu", "biases[threadIdx.x] = bias;\n    __syncthreads();", "biases[threadIdx.x] = bias;"),
                Arguments.of(
                        "gemm.cu", "        }\n        __syncthreads();\n#pragma unroll", "        }\n#pragma unroll"),
                Arguments.of("attention_plain.cu", "j < WARP && first + j < keys", "j < WARP && first + j < keys - 1"),
                Arguments.of(
                        "optimizer.cu",
                        "const int quads = chunk.count / 4;",
                        "const int quads = (chunk.count + 3) / 4;"),
                Arguments.of("optimizer.cu", "if (decision->skip) return;", ""));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("mutations")
    void isCaught(String file, String from, String to) throws IOException, InterruptedException {
        try (Stream<Path> all = Files.list(SOURCES)) {
            for (Path source : all.toList()) {
                Files.copy(source, sources.resolve(source.getFileName()));
            }
        }
        String text = Files.readString(sources.resolve(file));
        assertTrue(text.contains(from), file + " has changed; write the mutation anew: " + from);
        Files.writeString(sources.resolve(file), text.replace(from, to));
        Path library = Emulation.build(sources, "mutant-" + Integer.toHexString((file + from).hashCode()));
        Mutant.Ended ended = Mutant.run(library, Precision.FP32, Precision.FP16);
        assertNotEquals(0, ended.status(), "survived: " + ended.said());
    }
}
