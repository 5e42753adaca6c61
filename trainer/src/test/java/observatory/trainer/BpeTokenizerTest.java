package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Token for token what Hugging Face's tokenizers make of the same files and texts (bpe_golden.py). */
class BpeTokenizerTest {
    @Test
    void agreesWithHuggingFaceAndComesBack() throws IOException {
        BpeTokenizer bpe = BpeTokenizer.read(resource("bpe-vocab.json"), resource("bpe-merges.txt"));
        List<String> golden = Files.readAllLines(resource("bpe-golden.txt"));
        assertEquals(9, golden.size());
        for (String line : golden) {
            String[] parts = line.split("\t");
            String text = new ObjectMapper().readValue(parts[0], String.class);
            int[] expected = parts.length == 1
                    ? new int[0]
                    : Arrays.stream(parts[1].split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray();
            Tokens tokens = bpe.encode(text.getBytes(StandardCharsets.UTF_8));
            int[] found = new int[(int) tokens.size()];
            tokens.copy(0, found, 0, found.length);
            assertArrayEquals(expected, found, text);
            assertEquals(text, new String(bpe.decode(found), StandardCharsets.UTF_8));
            assertTrue(Arrays.stream(found).allMatch(token -> token < bpe.vocabulary()));
        }
    }

    @Test
    void filesThatDoNotBelongTogetherAreRefused(@TempDir Path folder) throws IOException {
        Path vocab = Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertTrue(
                SpecTest.refusal(() -> read(vocab, resource("bpe-merges.txt"))).contains("lacks a byte: "));
        for (String odd : List.of("-1", "7", "0", "null")) {
            String all = "{\"a\": 0, \"b\": " + odd + "}";
            Path gaps = Files.writeString(folder.resolve("gaps.json"), all);
            String refusal = SpecTest.refusal(() -> read(gaps, resource("bpe-merges.txt")));
            assertTrue(refusal.contains("each of them once") && refusal.contains("b=" + odd), refusal);
        }
        Path torn = Files.writeString(folder.resolve("torn.json"), "{\"a\": ");
        assertTrue(
                SpecTest.refusal(() -> read(torn, resource("bpe-merges.txt"))).contains("JSON map"));
        Path merges = Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nzz qq\n");
        assertTrue(
                SpecTest.refusal(() -> read(resource("bpe-vocab.json"), merges)).contains("zz qq"));
    }

    private static BpeTokenizer read(Path vocab, Path merges) {
        try {
            return BpeTokenizer.read(vocab, merges);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(BpeTokenizerTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
