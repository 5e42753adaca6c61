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
            Tensor sum = sums.band(sequence, 1);
            Sums.ofRows(parts.band(sequence * each, each), 0, 0, sum);
            Vectors.scaled(sum.data(), 0, lines.ownFactor(), sum.data(), 0, c);
        }
        lines.show(site, sums);
    }
}
