package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import observatory.trainer.Corpus.Source;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Objective;
import observatory.trainer.Sampling.Draw;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn: by weight, never what is held back, from files of any width, and nothing outside the vocabulary. */
class SamplingTest {
    private static final ModelSpec MODEL = new ModelSpec(1, 1, 8, 16, 256, Norm.LAYERNORM);
    private static final TrainingSpec TRAINING = new TrainingSpec(10, 4, 1e-3, 0, 1, Precision.FP32, 3);

    private static Corpus corpus() {
        byte[] counting = new byte[2000];
        for (int i = 0; i < counting.length; i++) {
            counting[i] = (byte) i;
        }
        return new Corpus(List.of(new Source("zeros", new byte[1000]), new Source("counting", counting)));
    }

    @Test
    void weightsDecideHowOftenASourceIsDrawn() {
        Sampling sampling = new Sampling(corpus(), MODEL, TRAINING);
        Map<String, Long> drawn =
                sampling.draw(new Draw(0, 4000, 16, Map.of("zeros", 3.0, "counting", 1.0))).places().stream()
                        .collect(Collectors.groupingBy(TokenBatch.Place::source, Collectors.counting()));
        // 4,000 draws at three in four: 3,000 with a deviation of 27.
        assertEquals(3000, drawn.get("zeros"), 110, "seed " + TRAINING.seed());
        assertEquals(
                "the mixture weighs a source that the corpus lacks: ones; its sources are zeros, counting",
                SpecTest.refusal(() -> new Sampling(corpus(), MODEL, TRAINING.withMixture(Map.of("ones", 1.0)))));
    }

    @Test
    void aSampleIsTheSameWhateverItIsDrawnWith() {
        Sampling sampling = new Sampling(corpus(), MODEL.with(Objective.PREFIX), TRAINING);
        TokenBatch together = sampling.draw(new Draw(100, 8, 16, Map.of()));
        TokenBatch apart = sampling.draw(new Draw(104, 3, 16, Map.of()));
        TokenBatch rows = together.rows(4, 7);
        assertEquals(rows.places(), apart.places());
        assertArrayEquals(rows.inputs(), apart.inputs());
        assertArrayEquals(rows.prefixes(), apart.prefixes());
        assertTrue(Arrays.stream(together.prefixes()).allMatch(p -> p >= 1 && p < 16));
        assertTrue(Arrays.stream(together.prefixes()).distinct().count() > 2);
    }

    @Test
    void whatIsHeldBackIsNeverTrainedOn() {
        TrainingSpec training = TRAINING.with(new Validation(0.25, 5, 6));
        Sampling sampling = new Sampling(corpus(), MODEL, training);
        Source counting = corpus().sources().get(1);
        Set<Long> trained = new HashSet<>();
        for (TokenBatch.Place place :
                sampling.draw(new Draw(0, 4000, 16, Map.of())).places()) {
            if (place.source().equals("counting")) {
                LongStream.rangeClosed(place.offset(), place.offset() + 16).forEach(trained::add);
            }
        }
        TokenBatch held = sampling.heldBack(counting, 6);
        assertEquals(6, held.size());
        for (TokenBatch.Place place : held.places()) {
            for (long at = place.offset(); at <= place.offset() + 16; at++) {
                assertTrue(!trained.contains(at), "token " + at);
            }
        }
        assertTrue(trained.size() > 1450, "and all else is: " + trained.size());
        assertEquals(held.places(), sampling.heldBack(counting, 6).places(), "the same at every validation");
        assertTrue(training.validation().due(10) && !training.validation().due(11));
    }

    @Test
    void filesOfTokensAreMappedAndCheckedAgainstTheVocabulary(@TempDir Path folder) throws IOException {
        int[] ids = new int[500];
        ByteBuffer two = ByteBuffer.allocate(2 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer four = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i * 131 % 50_257;
            two.putShort((short) ids[i]);
            four.putInt(ids[i]);
        }
        Files.write(folder.resolve("a.u16"), two.array());
        Files.write(folder.resolve("b.u32"), four.array());
        ModelSpec gpt2 = new ModelSpec(1, 1, 8, 16, 50_257, Norm.LAYERNORM);
        Corpus corpus = CorpusFiles.read(folder, Tokenizer.BYTES);
        TokenBatch batch = new Sampling(corpus, gpt2, TRAINING).draw(new Draw(0, 20, 16, Map.of()));
        for (int row = 0; row < batch.size(); row++) {
            assertEquals(ids[(int) batch.places().get(row).offset()], batch.inputs()[row * 16]);
        }
        String refusal =
                SpecTest.refusal(() -> new Sampling(corpus, MODEL, TRAINING).draw(new Draw(0, 1, 16, Map.of())));
        assertTrue(refusal.startsWith("a token is outside the vocabulary: source="), refusal);
        assertTrue(refusal.contains("vocabulary=256"), refusal);

        Files.write(folder.resolve("a.u16"), Arrays.copyOf(two.array(), 999));
        assertTrue(SpecTest.refusal(() -> read(folder)).contains("a multiple of 2 bytes"));
    }

    @Test
    void filesOfOneSourceAreOneRunOfTokens(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("1.txt"), "abc");
        Files.writeString(folder.resolve("2.txt"), "");
        Files.writeString(folder.resolve("3.txt"), "defgh");
        Tokens joined =
                CorpusFiles.read(folder, Tokenizer.BYTES).sources().getFirst().tokens();
        assertEquals(8, joined.size());
        for (int from = 0; from < 8; from++) {
            for (int count = 0; count <= 8 - from; count++) {
                int[] read = new int[count + 1];
                joined.copy(from, read, 1, count);
                for (int i = 0; i < count; i++) {
                    assertEquals('a' + from + i, read[i + 1], "from " + from + " count " + count);
                }
            }
        }
    }

    private static Corpus read(Path folder) {
        try {
            return CorpusFiles.read(folder, Tokenizer.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
