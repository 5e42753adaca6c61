package observatory.analysis.spectrum.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFileTest {
    private static final long SEED = 11;
    private static final Map<String, byte[]> FILES = Map.of(
            "a.npy", Written.NPY_FORTRAN,
            "b.npy", Written.NPY_BIG_ENDIAN,
            "c.npz", Written.NPZ,
            "d.safetensors", Written.safetensors(),
            "e.onnx", Written.onnx(Written.initializer()));

    @TempDir
    Path folder;

    @Test
    void readsWhatOthersWrite() throws IOException {
        for (Map.Entry<String, byte[]> file : FILES.entrySet()) {
            try (WeightFile weights = WeightFile.open(write(file.getKey(), file.getValue()))) {
                assertEquals(1, weights.tensors().size(), file.getKey());
                Tensor tensor = weights.tensors().getFirst();
                assertEquals(List.of(2L, 3L), tensor.shape(), file.getKey());
                double[] values = new double[6];
                for (int i = 0; i < 2; i++) {
                    double[] row = new double[3];
                    tensor.read(i * tensor.stride(0), tensor.stride(1), row);
                    System.arraycopy(row, 0, values, 3 * i, 3);
                }
                assertArrayEquals(Written.VALUES, values, file.getKey());
            }
        }
    }

    /** Cut off at every byte and with bits flipped: an answer or a WeightFileException, nothing else. */
    @Test
    void hostileFilesGiveClearErrors() throws IOException {
        Random random = new Random(SEED);
        for (Map.Entry<String, byte[]> file : FILES.entrySet()) {
            byte[] whole = file.getValue();
            for (int length = 0; length < whole.length; length++) {
                survive(write(file.getKey(), Arrays.copyOf(whole, length)));
            }
            for (int round = 0; round < 400; round++) {
                byte[] flipped = whole.clone();
                for (int i = 0; i < 1 + round % 3; i++) {
                    flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                }
                survive(write(file.getKey(), flipped));
            }
        }
    }

    private static void survive(Path file) {
        try (WeightFile weights = WeightFile.open(file)) {
            for (Tensor tensor : weights.tensors()) {
                long count = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
                tensor.read(0, 1, new double[Math.toIntExact(count)]);
            }
        } catch (WeightFileException e) {
            assertTrue(
                    e.getMessage().startsWith(file.toString())
                            && !e.getMessage().contains("\n"),
                    e.getMessage());
        }
    }

    @Test
    void aHeaderThatClaimsTooMuchIsNamed() throws IOException {
        byte[] whole = Written.safetensors();
        byte[] longer = whole.clone();
        longer[3] = 100;
        assertError(longer, "the header claims 16777");
        assertError(
                Written.safetensors(
                        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,12]}}", new byte[12]),
                "tensor w lies at [0, 12) and its shape [2, 3] needs 24 bytes");
        assertError(
                Written.safetensors(
                        "{\"w\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
                        new byte[8]),
                "larger than any memory");
        assertError(
                Written.safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", new byte[8]),
                "negative extent");
        assertError(Written.safetensors("{\"w\":", new byte[0]), "the header is no JSON");
    }

    private void assertError(byte[] content, String part) throws IOException {
        Path file = write("model.safetensors", content);
        WeightFileException error = assertThrows(WeightFileException.class, () -> WeightFile.open(file));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @Test
    void externalDataLiesBesideItsModelAndNowhereElse() throws IOException {
        byte[] data = Arrays.copyOfRange(
                Written.initializer(), Written.initializer().length - 24, Written.initializer().length);
        Files.createDirectory(folder.resolve("m"));
        Files.write(folder.resolve("m/weights.bin"), data);
        Files.write(folder.resolve("secret"), data);
        Path model = folder.resolve("m/model.onnx");
        Files.write(model, external("weights.bin"));
        try (WeightFile weights = WeightFile.open(model)) {
            double[] values = new double[6];
            weights.tensors().getFirst().read(0, 1, values);
            assertArrayEquals(Written.VALUES, values);
        }
        for (String elsewhere : List.of("../secret", folder.resolve("secret").toString(), "", ".")) {
            Files.write(model, external(elsewhere));
            WeightFileException error = assertThrows(WeightFileException.class, () -> WeightFile.open(model));
            assertTrue(error.getMessage().contains("outside the model's folder"), error.getMessage());
        }
    }

    private static byte[] external(String location) {
        byte[] entry = Written.joined(
                Written.field(1, "location".getBytes(StandardCharsets.UTF_8)),
                Written.field(2, location.getBytes(StandardCharsets.UTF_8)));
        return Written.onnx(Written.joined(
                new byte[] {0x08, 2, 0x08, 3, 0x10, 1, 0x70, 1},
                Written.field(8, new byte[] {'w'}),
                Written.field(13, entry)));
    }

    @Test
    void aFolderIsItsShards() throws IOException {
        write("model-00001.safetensors", Written.safetensors());
        write("model-00002.safetensors", Written.safetensors());
        write("readme.txt", new byte[3]);
        try (WeightFile weights = WeightFile.open(folder)) {
            assertEquals(2, weights.tensors().size());
        }
    }

    @Test
    void momentsBesideTheWeightsAreNoWeightsAndAFolderOfCheckpointsNamesOne() throws IOException {
        Path checkpoint = Files.createDirectory(folder.resolve("step-00000100"));
        Files.write(checkpoint.resolve("model.safetensors"), Written.safetensors());
        Files.write(checkpoint.resolve("optimizer.safetensors"), Written.safetensors());
        try (WeightFile weights = WeightFile.open(checkpoint)) {
            assertEquals(1, weights.tensors().size());
        }
        WeightFileException error = assertThrows(WeightFileException.class, () -> WeightFile.open(folder));
        assertTrue(error.getMessage().contains("such as " + checkpoint), error.getMessage());
    }

    /** Every value of the two 8-bit formats against the arithmetic of their definition. */
    @Test
    void eightBitFloatsAreThoseOfTheirDefinition() {
        for (int bits = 0; bits < 256; bits++) {
            int sign = bits >> 7 == 0 ? 1 : -1;
            int e = bits >> 3 & 15;
            int m = bits & 7;
            double e4m3 = e == 0 ? m / 8.0 * Math.pow(2, -6) : (1 + m / 8.0) * Math.pow(2, e - 7);
            assertEquals((bits & 127) == 127 ? Double.NaN : sign * e4m3, read(Element.F8_E4M3, bits));
            int e5 = bits >> 2 & 31;
            int m2 = bits & 3;
            double e5m2 = e5 == 0 ? m2 / 4.0 * Math.pow(2, -14) : (1 + m2 / 4.0) * Math.pow(2, e5 - 15);
            double expected = e5 < 31 ? sign * e5m2 : m2 == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
            assertEquals(expected, read(Element.F8_E5M2, bits));
        }
        assertEquals(448, read(Element.F8_E4M3, 0x7e));
        assertEquals(57344, read(Element.F8_E5M2, 0x7b));
    }

    private static double read(Element element, int bits) {
        double[] value = new double[1];
        element.read(MemorySegment.ofArray(new byte[] {(byte) bits}), ByteOrder.LITTLE_ENDIAN, 0, 1, value);
        return value[0];
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }
}
