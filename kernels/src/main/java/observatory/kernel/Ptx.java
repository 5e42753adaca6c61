package observatory.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The CUDA kernels as they are shipped: PTX for compute capability 8.0 and newer, which the driver compiles for its
 * device. A user needs a driver, no toolkit.
 *
 * @param element format of the tensors: f32, bf16 or f16
 * @param sources SHA-256 of the sources it was built from, in hex
 */
public record Ptx(String element, String sources, String text) {
    public static final List<String> ELEMENTS = List.of("f32", "bf16", "f16");
    private static final String SOURCES = "// sources: ";

    /** The kernels for a format. */
    public static Ptx of(String element) {
        String name = "kernels." + element + ".ptx";
        try (InputStream in = Ptx.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no kernels for " + element + "; there are " + ELEMENTS);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            String sources = text.lines()
                    .filter(line -> line.startsWith(SOURCES))
                    .map(line -> line.substring(SOURCES.length()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(name + " does not name its sources"));
            return new Ptx(element, sources, text);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + name + ": " + e.getMessage(), e);
        }
    }

    /** The text as C has it, with a zero at the end. */
    public byte[] image() {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }
}
