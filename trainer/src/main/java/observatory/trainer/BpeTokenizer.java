package observatory.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GPT-2's byte-level byte-pair encoding from its two files, {@code vocab.json} and {@code merges.txt}: text is cut into
 * words by GPT-2's pattern, each word's bytes become printable letters, and pairs are merged in the order of the file.
 */
public final class BpeTokenizer implements Tokenizer {
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);
    private static final String[] LETTERS = letters();

    private final Map<String, Integer> ids;
    private final Map<Pair, Integer> ranks;
    private final byte[][] texts;
    private final Map<String, int[]> known = new ConcurrentHashMap<>();

    private record Pair(String left, String right) {}

    private BpeTokenizer(Map<String, Integer> ids, Map<Pair, Integer> ranks) {
        this.ids = ids;
        this.ranks = ranks;
        this.texts = new byte[ids.size()][];
        Map<String, Integer> bytes = new HashMap<>();
        for (int b = 0; b < LETTERS.length; b++) {
            bytes.put(LETTERS[b], b);
        }
        ids.forEach((text, id) -> texts[id] = bytes(text, bytes));
    }

    /** What a token stands for: the bytes of its letters; one that has others, as special ones may, its own text. */
    private static byte[] bytes(String token, Map<String, Integer> letters) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            Integer b = letters.get(token.substring(i, i + 1));
            if (b == null) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = b.byteValue();
        }
        return bytes;
    }

    /** Reads the two files; refuses ids with gaps, a vocabulary that lacks a byte, a merge of what is not in it. */
    public static BpeTokenizer read(Path vocab, Path merges) throws IOException {
        Map<String, Integer> ids;
        try {
            ids = new ObjectMapper().readValue(vocab.toFile(), new TypeReference<Map<String, Integer>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "a vocabulary is a JSON map of tokens to ids: " + vocab
                            + "; give GPT-2's vocab.json or one like it",
                    e);
        }
        BitSet free = new BitSet();
        free.set(0, ids.size());
        ids.forEach((token, id) -> {
            if (id == null || id < 0 || !free.get(id)) {
                throw new IllegalArgumentException("the ids of a vocabulary run from 0 on, each of them once: " + vocab
                        + ": " + token + "=" + id + " of " + ids.size() + " tokens; give the file as it was made");
            }
            free.clear(id);
        });
        for (String letter : LETTERS) {
            if (!ids.containsKey(letter)) {
                throw new IllegalArgumentException(
                        "the vocabulary " + vocab + " lacks a byte: " + letter + "; a byte-level BPE has all 256");
            }
        }
        Map<Pair, Integer> ranks = new HashMap<>();
        for (String line : Files.readAllLines(merges)) {
            String[] parts = line.split(" ");
            if (line.startsWith("#version") || line.isBlank()) {
                continue;
            }
            if (parts.length != 2 || !ids.containsKey(parts[0] + parts[1])) {
                throw new IllegalArgumentException("a merge joins two tokens to one of the vocabulary: " + merges + ": "
                        + line + "; the two files belong to different tokenizers");
            }
            ranks.put(new Pair(parts[0], parts[1]), ranks.size());
        }
        return new BpeTokenizer(ids, ranks);
    }

    @Override
    public int vocabulary() {
        return texts.length;
    }

    @Override
    public Tokens encode(byte[] text) {
        int[] tokens = new int[Math.max(16, text.length / 2)];
        int count = 0;
        Matcher words = WORDS.matcher(new String(text, StandardCharsets.UTF_8));
        while (words.find()) {
            for (int token : known.computeIfAbsent(words.group(), this::word)) {
                if (count == tokens.length) {
                    tokens = Arrays.copyOf(tokens, 2 * count);
                }
                tokens[count++] = token;
            }
        }
        return StoredTokens.ofIds(Arrays.copyOf(tokens, count));
    }

    @Override
    public byte[] decode(int[] tokens) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int token : tokens) {
            text.writeBytes(texts[token]);
        }
        return text.toByteArray();
    }

    private int[] word(String word) {
        List<String> parts = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            parts.add(LETTERS[b & 0xff]);
        }
        for (Pair next = best(parts); next != null; next = best(parts)) {
            merge(parts, next);
        }
        return parts.stream().mapToInt(ids::get).toArray();
    }

    /** The pair of neighbours that was merged first when the tokenizer was made, or null. */
    private Pair best(List<String> parts) {
        Pair best = null;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < parts.size(); i++) {
            Pair pair = new Pair(parts.get(i), parts.get(i + 1));
            int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
            if (rank < least) {
                least = rank;
                best = pair;
            }
        }
        return best;
    }

    private static void merge(List<String> parts, Pair pair) {
        for (int i = 0; i + 1 < parts.size(); i++) {
            if (parts.get(i).equals(pair.left) && parts.get(i + 1).equals(pair.right)) {
                parts.set(i, pair.left + pair.right);
                parts.remove(i + 1);
            }
        }
    }

    /** GPT-2's letter of each byte: printable ones stand for themselves, the others follow from U+0100 on. */
    private static String[] letters() {
        String[] letters = new String[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
            letters[b] = String.valueOf((char) (printable ? b : next++));
        }
        return letters;
    }
}
