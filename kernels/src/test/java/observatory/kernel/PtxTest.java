package observatory.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PtxTest {
    private static final Path SOURCES = Path.of("src", "main", "cuda");

    @Test
    void whatIsShippedWasBuiltFromTheSourcesThatAreHere() throws IOException {
        StringBuilder sums = new StringBuilder();
        for (Path file : sources()) {
            sums.append(sha256(Files.readAllBytes(file)))
                    .append("  ")
                    .append(file.getFileName())
                    .append('\n');
        }
        String expected = sha256(sums.toString().getBytes(StandardCharsets.US_ASCII));
        for (String element : Ptx.ELEMENTS) {
            assertEquals(
                    expected, Ptx.of(element).sources(), "run kernels/build.sh: kernels." + element + ".ptx is old");
        }
    }

    @Test
    void driversOfCuda11AndDevicesOfCapability80Accept() {
        for (String element : Ptx.ELEMENTS) {
            String text = Ptx.of(element).text();
            assertTrue(text.contains("\n.version 7.0\n"), element);
            assertTrue(text.contains("\n.target sm_80\n"), element);
        }
    }

    /** A source that is no kernel's is a mistake, and so is a kernel without a word about itself. */
    @Test
    void everySourceBeginsWithWhatItComputes() throws IOException {
        for (Path file : sources()) {
            assertTrue(Files.readString(file).startsWith("// "), file + " has no header");
        }
    }

    @Test
    void noKernelAddsFloatsAtomically() throws IOException {
        Pattern atomic = Pattern.compile("\\b(atom|red)\\.[a-z0-9.]*\\.(f16|bf16|f32|f64)");
        for (String element : Ptx.ELEMENTS) {
            assertEquals(
                    List.of(),
                    Ptx.of(element)
                            .text()
                            .lines()
                            .filter(line -> atomic.matcher(line).find())
                            .toList());
        }
    }

    /** Of fp32 there are no tensor cores, no copies that are rounded, and no twins for floats beside those for elements. */
    @Test
    void everyFormatHasTheSameKernelsButForWhatOnlyHalvesNeed() {
        TreeSet<String> halves = entries("bf16");
        assertEquals(halves, entries("f16"));
        TreeSet<String> floats = new TreeSet<>(halves);
        floats.removeIf(name -> name.startsWith("attention_forward_")
                || name.startsWith("attention_backward_")
                || name.equals("attention_dots")
                || name.startsWith("gemm_tensor_")
                || name.equals("round_weights")
                || halves.contains(name + "_floats"));
        assertEquals(floats, entries("f32"));
    }

    @Test
    void anUnknownFormatIsNamed() {
        String said = assertThrows(IllegalArgumentException.class, () -> Ptx.of("fp8"))
                .getMessage();
        assertTrue(said.contains("fp8") && said.contains("bf16"), said);
    }

    private static TreeSet<String> entries(String element) {
        return Pattern.compile("\\.entry ([a-z0-9_]+)")
                .matcher(Ptx.of(element).text())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.sorted().toList();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
