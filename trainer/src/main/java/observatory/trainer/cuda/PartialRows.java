package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import observatory.trainer.cuda.Parameters.Chunk;

/**
 * The partial summaries that the kernels of one program write, and the rows among its results where the sums of each
 * will be; with whatever other memory the program has for itself.
 */
final class PartialRows {
    private static final int SPAN_BYTES = 16;

    private final Device device;
    private final Reductions reductions;
    private final Results results;
    private final List<Partials> rows = new ArrayList<>();
    private final List<Long> allocations = new ArrayList<>();
    private final long spans;

    /** One tensor's partial summaries, and the place among the results where their sum will be. */
    record Partials(long address, int blocks, long offset) {}

    /** The partial summaries of all chunks, and the offset of each parameter's row. */
    record OfParameters(long address, List<Long> offsets) {}

    PartialRows(Device device, Reductions reductions, Results results) {
        this.device = device;
        this.reductions = reductions;
        this.results = results;
        this.spans = results.rows() == 0 ? 0 : allocate((long) results.rows() * SPAN_BYTES);
    }

    Partials add(int blocks) {
        Partials partials = new Partials(allocate((long) blocks * Summary.BYTES), blocks, results.row());
        rows.add(partials);
        return partials;
    }

    /** Room for the partial summaries of all chunks, and a row for each parameter. */
    OfParameters add(List<Chunk> chunks) {
        long address = allocate((long) chunks.size() * Summary.BYTES);
        List<Long> offsets = new ArrayList<>();
        for (Partials one : byParameter(chunks, address)) {
            long offset = results.row();
            offsets.add(offset);
            rows.add(new Partials(one.address(), one.blocks(), offset));
        }
        return new OfParameters(address, offsets);
    }

    /** The partial summaries of each parameter, which are those of its chunks. */
    static List<Partials> byParameter(List<Chunk> chunks, long address) {
        List<Partials> all = new ArrayList<>();
        int first = 0;
        while (first < chunks.size()) {
            int last = first;
            while (last < chunks.size()
                    && chunks.get(last).parameter() == chunks.get(first).parameter()) {
                last++;
            }
            all.add(new Partials(address + (long) first * Summary.BYTES, last - first, 0));
            first = last;
        }
        return all;
    }

    /** Enqueues the merge of all partial summaries; {@link #writeSpans} has to come before it runs. */
    void merge() {
        if (!rows.isEmpty()) {
            reductions.mergeSummaries(
                    spans, rows.size(), 0, results.address() + rows.getFirst().offset());
        }
    }

    /** Writes the table of where the partials are. */
    void writeSpans() {
        if (!rows.isEmpty()) {
            writeSpans(device, spans, rows);
        }
    }

    static void writeSpans(Device device, long address, List<Partials> rows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) rows.size() * SPAN_BYTES, 8);
            for (int row = 0; row < rows.size(); row++) {
                table.set(JAVA_LONG, (long) row * SPAN_BYTES, rows.get(row).address());
                table.set(JAVA_INT, (long) row * SPAN_BYTES + 8, rows.get(row).blocks());
            }
            device.toDevice(address, table);
            device.await();
        }
    }

    long allocate(long bytes) {
        long address = device.allocate(bytes);
        allocations.add(address);
        return address;
    }

    void free() {
        allocations.forEach(device::free);
    }
}
