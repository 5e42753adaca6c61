package observatory.ui.data;

import java.util.Arrays;

/**
 * An append-only list of floats for one writer and any number of readers: whatever {@link #size} has told of can be
 * read without a lock, because nothing that was appended ever changes or moves out of a reader's sight.
 */
final class FloatLog {
    private static final int SHIFT = 12;
    private static final int CHUNK = 1 << SHIFT;
    private static final int FIRST = 16;

    private float[][] chunks = {new float[FIRST]};
    private volatile int size;

    int size() {
        return size;
    }

    float get(int at) {
        return chunks[at >>> SHIFT][at & CHUNK - 1];
    }

    void append(float value) {
        int at = size;
        room(at)[at & CHUNK - 1] = value;
        size = at + 1; // publishes the value, and the chunk it lies in
    }

    private float[] room(int at) {
        int chunk = at >>> SHIFT;
        if (chunk == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunk + 1 + chunk / 2);
        }
        if (chunks[chunk] == null) {
            chunks[chunk] = new float[CHUNK];
        } else if ((at & CHUNK - 1) == chunks[chunk].length) {
            // Only the first chunk starts small: most of thousands of series are short.
            chunks[chunk] = Arrays.copyOf(chunks[chunk], Math.min(CHUNK, 4 * chunks[chunk].length));
        }
        return chunks[chunk];
    }
}
