package observatory.trainer.fault;

import observatory.trainer.Corpus;
import observatory.trainer.Sampling.Draw;

/** The first samples of the run come again and again, as from a loader that lost its place. */
public final class FirstBatchAgain implements Pathology.InDrawing {
    @Override
    public Draw instead(Draw planned, Corpus corpus) {
        return new Draw(0, planned.sequences(), planned.context(), planned.mixture());
    }
}
