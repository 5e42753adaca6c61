package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import observatory.probe.Site;

/**
 * Each sequence's own part of the gradient of a norm's gain, Σ over its tokens of dy · n with n the normalised row: made
 * for observers from the sums that the backward pass takes over runs of tokens.
 */
final class NormExamples {
    private final Arena arena;
    private final Site site;
    private Tensor own; // (B, C), made when first looked at

    NormExamples(Arena arena, Site site) {
        this.arena = arena;
        this.site = site;
    }

    /** @param parts as many for each sequence, one sequence after the other */
    void show(Tensor parts, int sequences, HookLines lines) {
        int c = parts.columns();
        int each = parts.rows() / sequences;
        if (own == null || own.rows() < sequences) {
            own = Tensor.zeros(arena, sequences, c);
        }
        Tensor sums = own.top(sequences);
        for (int sequence = 0; sequence < sequences; sequence++) {
            for (int i = 0; i < c; i++) {
                float sum = 0;
                for (int part = 0; part < each; part++) {
                    sum += parts.get((long) (sequence * each + part) * c + i);
                }
                sums.set((long) sequence * c + i, sum * lines.ownFactor());
            }
        }
        lines.show(site, sums);
    }
}
