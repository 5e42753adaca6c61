package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.dataformat.smile.SmileFactory;

/** What the two encodings of telemetry have in common: limits, and how numbers are read. */
public final class Wire {
    /** Grows with a change that old readers cannot ignore. */
    public static final int VERSION = 1;

    /** Sites of one record; a frame with more travels in parts. */
    static final int SITES = 4096;
    /** Characters of a name. */
    static final int NAME = 256;
    /** Names of scalars in one frame. */
    static final int SCALARS = 2048;
    /** Records of one frame: what is left of a frame after so many is dropped and counted. */
    public static final int PARTS = 64;
    /** Bytes of one record, below the 1 MB that brokers take by default. */
    public static final int RECORD_BYTES = 900_000;
    /** Characters of one detail of an event, such as the configuration of a run. */
    static final int DETAIL = 128 << 10;
    /** Above this an integer is written as a string, because readers in other languages hold it in a double. */
    static final long EXACT = 1L << 53;

    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(16)
            .maxDocumentLength(16L << 20)
            .maxStringLength(2 * DETAIL)
            .maxNameLength(4 * NAME)
            .maxNumberLength(64)
            .build();

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(LIMITS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    static final SmileFactory SMILE =
            SmileFactory.builder().streamReadConstraints(LIMITS).build();

    private Wire() {}
}
