package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import observatory.trainer.Corpus.Source;
import observatory.trainer.ModelSpec.Norm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    private static final ModelSpec MODEL = new ModelSpec(1, 1, 8, 16, 256, Norm.LAYERNORM);
    private static final TrainingSpec TRAINING = new TrainingSpec(10, 4, 1e-3, 0, 1, Precision.FP32, 3);

    /** Results name the corpus they were made with, so its name must change with its content. */
    @Test
    void theBundledCorpusIsNamedByItsHash() throws Exception {
        byte[] bytes;
        try (var file = CorpusFiles.class.getResourceAsStream(CorpusFiles.BUNDLED)) {
            bytes = file.readAllBytes();
        }
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        assertEquals("corpus-" + hash.substring(0, 16) + ".zip", CorpusFiles.BUNDLED);
        assertTrue(bytes.length <= 1_500_000, "bytes=" + bytes.length);
        Corpus corpus = CorpusFiles.bundled();
        assertTrue(
                corpus.sources().size() > 3,
                "sources by file type: " + corpus.sources().size());
    }

    @Test
    void aBatchIsMadeAgainByItsNumberAndSaysWhereItWasRead() {
        byte[] a = "a".repeat(1000).getBytes();
        byte[] b = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(30).getBytes();
        Corpus corpus = new Corpus(List.of(new Source("a", a), new Source("b", b)));
        TokenBatch batch = draw(corpus, 28);
        TokenBatch again = draw(corpus, 28);
        assertArrayEquals(batch.inputs(), again.inputs());
        assertEquals(batch.places(), again.places());
        for (int row = 0; row < batch.size(); row++) {
            TokenBatch.Place place = batch.places().get(row);
            byte[] text = place.source().equals("a") ? a : b;
            for (int t = 0; t < MODEL.context(); t++) {
                assertEquals(text[(int) place.offset() + t], batch.inputs()[row * MODEL.context() + t]);
                assertEquals(text[(int) place.offset() + t + 1], batch.targets()[row * MODEL.context() + t]);
            }
        }
    }

    @Test
    void sourcesAreDrawnByTheirSize() {
        Corpus corpus = new Corpus(List.of(
                new Source("small", new byte[1016]),
                new Source("large", new byte[3016]),
                new Source("tiny", new byte[9])));
        Map<String, Long> drawn = LongStream.range(0, 1000)
                .boxed()
                .flatMap(step -> draw(corpus, 4 * step).places().stream())
                .collect(Collectors.groupingBy(TokenBatch.Place::source, Collectors.counting()));
        // 4,000 draws at one in four: 1,000 with a deviation of 27.
        assertEquals(1000, drawn.get("small"), 110, "seed " + TRAINING.seed());
        assertEquals(4000, drawn.get("small") + drawn.get("large"), "a source shorter than a sequence is left out");
    }

    @Test
    void filesAreSplitByType(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("One.java"), "class One {}");
        Files.writeString(folder.resolve("two.MD"), "# Two");
        Files.createDirectories(folder.resolve(".git"));
        Files.writeString(folder.resolve(".git/config.java"), "hidden");
        Files.writeString(folder.resolve("README"), "text");
        Map<String, Integer> sizes = CorpusFiles.read(folder, Tokenizer.BYTES).sources().stream()
                .collect(Collectors.toMap(
                        Source::name, source -> (int) source.tokens().size()));
        assertEquals(Map.of("java", 12, "md", 5, "text", 4), sizes);
        assertEquals(
                5, CorpusFiles.read(folder.resolve("two.MD"), Tokenizer.BYTES).size());
    }

    @Test
    void noTextOrTooLittleIsRefused(@TempDir Path folder) {
        assertTrue(SpecTest.refusal(() -> read(folder.resolve("absent"))).startsWith("no such corpus"));
        assertTrue(SpecTest.refusal(() -> read(folder)).startsWith("the corpus is empty"));
        Corpus tiny = new Corpus(List.of(new Source("a", new byte[16])));
        assertEquals(
                "no source with weight is longer than one sequence: longest=16 tokens, context=16; give more text or a"
                        + " shorter context",
                SpecTest.refusal(() -> draw(tiny, 0)));
    }

    private static TokenBatch draw(Corpus corpus, long first) {
        return new Sampling(corpus, MODEL, TRAINING)
                .draw(new Sampling.Draw(first, TRAINING.batch(), MODEL.context(), Map.of()));
    }

    private static Corpus read(Path path) {
        try {
            return CorpusFiles.read(path, Tokenizer.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
