package observatory.trainer.cuda;

import java.util.List;
import observatory.trainer.cuda.Parameters.Chunk;

/** The summary of every parameter's gradient, of which the norm of all is made; taken in every step, watched or not. */
final class GradientRows {
    private static final int SPAN_BYTES = 16;

    private final Operations operations;
    private final Weights weights;
    private final long partials;
    private final long spans;

    GradientRows(Device device, Operations operations, Weights weights) {
        this.operations = operations;
        this.weights = weights;
        List<Chunk> chunks = weights.parameters().chunks();
        this.partials = device.allocate((long) chunks.size() * Summary.BYTES);
        this.spans = device.allocate((long) weights.parameters().all().size() * SPAN_BYTES);
        PartialRows.writeSpans(device, spans, PartialRows.byParameter(chunks, partials));
    }

    /** Enqueues the summaries of the gradients as they are now, divided by the loss scale, into rows at an address. */
    void summarise(long orders, long rows) {
        int chunks = weights.parameters().chunks().size();
        int parameters = weights.parameters().all().size();
        operations.optimizer().gradientNorm(weights.gradients(), weights.chunks(), chunks, partials);
        operations.reductions().mergeSummaries(spans, parameters, orders, rows);
    }
}
