package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.probe.Site;

/**
 * Each sequence's own part of the gradient of a norm's gain, Σ over its tokens of dy · n with n the normalised row: made
 * for observers, beside the sums over all sequences that training needs.
 */
final class NormExamples {
    private final Workers workers;
    private final Arena arena;
    private final Site site;
    private Tensor own; // (B, C), made when first looked at

    /** Mean and reciprocal deviation of each row, as the forward pass left them. */
    record Rows(Tensor means, Tensor scales) {}

    NormExamples(Workers workers, Arena arena, Site site) {
        this.workers = workers;
        this.arena = arena;
        this.site = site;
    }

    void show(Tensor dy, Tensor x, Rows rows, HookLines lines) {
        int c = x.columns();
        int sequences = lines.sequences();
        int context = x.rows() / sequences;
        if (own == null || own.rows() < sequences) {
            own = Tensor.zeros(arena, sequences, c);
        }
        Tensor sums = own.top(sequences);
        sums.clear();
        workers.run(sequences, sequence -> {
            for (long row = (long) sequence * context; row < (long) (sequence + 1) * context; row++) {
                float factor = rows.scales.get(row) * lines.ownFactor();
                for (int i = 0; i < c; i += Vectors.WIDE.length()) {
                    VectorMask<Float> mask = Vectors.within(i, c);
                    FloatVector normal = Vectors.load(x.data(), row * c + i, mask)
                            .sub(rows.means.get(row))
                            .mul(factor);
                    FloatVector sum = Vectors.load(sums.data(), (long) sequence * c + i, mask);
                    Vectors.store(
                            Vectors.load(dy.data(), row * c + i, mask).fma(normal, sum),
                            sums.data(),
                            (long) sequence * c + i,
                            mask);
                }
            }
        });
        lines.show(site, sums);
    }
}
