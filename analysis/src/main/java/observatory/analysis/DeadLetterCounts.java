package observatory.analysis;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import observatory.stream.wire.CodecException;

/** How many records could not be read, by reason. Any thread. */
public final class DeadLetterCounts {
    private final Map<CodecException.Reason, LongAdder> counts = new EnumMap<>(CodecException.Reason.class);

    public DeadLetterCounts() {
        for (CodecException.Reason reason : CodecException.Reason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    void add(CodecException.Reason reason) {
        counts.get(reason).increment();
    }

    public long of(CodecException.Reason reason) {
        return counts.get(reason).sum();
    }
}
