package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.probe.Site;
import observatory.trainer.FixedPositions;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Position;
import observatory.trainer.TokenBatch;

/** Token vectors, plus a trained or a fixed vector for each place where positions are not a matter of attention. */
final class Embedding {
    private final Parameter tokens; // (V, C)
    private final Parameter learned; // (T, C), or null
    private final Tensor fixed; // (T, C), or null

    Embedding(Arena arena, ModelSpec spec) {
        this.tokens = new Parameter(
                arena, new Parameter.Named(Site.NO_LAYER, "embedding.token"), spec.vocabulary(), spec.width());
        this.learned = spec.position() == Position.LEARNED
                ? new Parameter(
                        arena, new Parameter.Named(Site.NO_LAYER, "embedding.position"), spec.context(), spec.width())
                : null;
        this.fixed = spec.position() == Position.SINUSOIDAL ? sinusoids(arena, spec) : null;
    }

    private static Tensor sinusoids(Arena arena, ModelSpec spec) {
        Tensor table = Tensor.zeros(arena, spec.context(), spec.width());
        table.data().copyFrom(MemorySegment.ofArray(FixedPositions.sinusoids(spec)));
        return table;
    }

    List<Parameter> parameters() {
        return learned == null ? List.of(tokens) : List.of(tokens, learned);
    }

    Parameter tokens() {
        return tokens;
    }

    /** @param measuring the parts of x, or null */
    void forward(Workers workers, TokenBatch batch, Tensor x, Measuring measuring) {
        int c = x.columns();
        workers.overRows(x.rows(), c, (from, to) -> {
            for (int row = (int) from; row < to; row++) {
                place(batch.inputs()[row], row % batch.context(), x, row);
            }
            if (measuring != null) {
                measuring.part((int) (from / Workers.rowsEach(c)), x, from * c, to * c);
            }
        });
    }

    /** Sets a row of x to the vector of a token at a place. */
    private void place(int token, int place, Tensor x, long row) {
        int c = x.columns();
        Tensor places = learned == null ? fixed : learned.working();
        for (int i = 0; i < c; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, c);
            FloatVector v = Vectors.load(tokens.working().data(), (long) token * c + i, mask);
            FloatVector placed = places == null ? v : v.add(Vectors.load(places.data(), (long) place * c + i, mask));
            Vectors.store(placed, x.data(), row * c + i, mask);
        }
    }

    /** Adds each row's gradient to those of its token and its place, in the order of the rows. */
    void backward(int[] inputs, int context, Tensor d) {
        int c = d.columns();
        for (int row = 0; row < inputs.length; row++) {
            Sums.add(tokens.gradient(), (long) inputs[row] * c, d, (long) row * c, c);
            if (learned != null) {
                Sums.add(learned.gradient(), (long) (row % context) * c, d, (long) row * c, c);
            }
        }
    }
}
