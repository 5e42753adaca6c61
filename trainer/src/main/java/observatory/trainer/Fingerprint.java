package observatory.trainer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;

/** What tells whether two models are the same to the last bit. */
public final class Fingerprint {
    private Fingerprint() {}

    /** SHA-256 of all weights, in hex. */
    public static String of(ModelState state) {
        MessageDigest digest = Sha256.digest();
        eachWeight(state, digest::update);
        return Sha256.hex(digest);
    }

    /** CRC-32C of all weights: cheap enough to compare ranks with during a run. */
    public static long check(ModelState state) {
        CRC32C sum = new CRC32C();
        eachWeight(state, sum::update);
        return sum.getValue();
    }

    /** CRC-32C of the tokens of a batch, inputs and then targets. */
    public static long check(TokenBatch batch) {
        ByteBuffer bytes = ByteBuffer.allocate((batch.inputs().length + batch.targets().length) * Integer.BYTES);
        bytes.asIntBuffer().put(batch.inputs()).put(batch.targets());
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return sum.getValue();
    }

    private static void eachWeight(ModelState state, Consumer<ByteBuffer> eater) {
        long largest = state.entries().stream().mapToLong(Entry::bytes).max().orElse(1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(largest, Long.BYTES);
            for (Entry entry : state.entries()) {
                if (entry.part() == Part.WEIGHT) {
                    MemorySegment part = copy.asSlice(0, entry.bytes());
                    state.read(entry, part);
                    Pieces.of(part).forEach(eater);
                }
            }
        }
    }
}
