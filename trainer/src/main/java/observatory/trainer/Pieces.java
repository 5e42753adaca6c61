package observatory.trainer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Memory of any size as buffers, one of which holds less than 2 GiB. */
public final class Pieces {
    private static final long LARGEST = 1L << 30;

    private Pieces() {}

    /** Views of it, one after the other. */
    public static List<ByteBuffer> of(MemorySegment memory) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (long at = 0; at < memory.byteSize(); at += LARGEST) {
            pieces.add(memory.asSlice(at, Math.min(LARGEST, memory.byteSize() - at))
                    .asByteBuffer());
        }
        return pieces;
    }
}
