package observatory.trainer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What tells one corpus from another: of each source the number of its tokens and a SHA-256 over them. Of a source
 * above {@value #WHOLE} tokens {@value #BLOCKS} blocks, spread evenly, stand for the whole: enough to tell that it was
 * made anew, and not to find a byte that changed; that shows in the {@code batch_check} of the steps that read it.
 */
public final class CorpusPrint {
    static final long WHOLE = 64L << 20;
    static final int BLOCKS = 1024;
    private static final int BLOCK = 1 << 14;

    private CorpusPrint() {}

    /** By source, {@code TOKENS:HASH}. */
    public static SortedMap<String, String> of(Corpus corpus) {
        SortedMap<String, String> prints = new TreeMap<>();
        for (Corpus.Source source : corpus.sources()) {
            prints.put(source.name(), source.tokens().size() + ":" + hash(source.tokens()));
        }
        return prints;
    }

    private static String hash(Tokens tokens) {
        MessageDigest digest = Sha256.digest();
        long size = tokens.size();
        boolean whole = size <= WHOLE;
        long blocks = whole ? (size + BLOCK - 1) / BLOCK : BLOCKS;
        int[] ids = new int[BLOCK];
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long block = 0; block < blocks; block++) {
            long from = whole ? block * BLOCK : (size - BLOCK) / (BLOCKS - 1) * block;
            int count = (int) Math.min(BLOCK, size - from);
            tokens.copy(from, ids, 0, count);
            bytes.clear();
            bytes.asIntBuffer().put(ids, 0, count);
            digest.update(bytes.limit(count * Integer.BYTES));
        }
        return Sha256.shortHex(digest);
    }
}
