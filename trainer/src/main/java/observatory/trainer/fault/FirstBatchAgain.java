package observatory.trainer.fault;

import observatory.trainer.Corpus;
import observatory.trainer.Sampling.Draw;

/** The first batch of the run comes again and again, to each rank its own, as from a loader that lost its place. */
public final class FirstBatchAgain implements Pathology.InDrawing {
    @Override
    public Draw instead(Draw planned, Corpus corpus, Copy copy) {
        return new Draw(
                (long) copy.rank() * planned.sequences(), planned.sequences(), planned.context(), planned.mixture());
    }
}
