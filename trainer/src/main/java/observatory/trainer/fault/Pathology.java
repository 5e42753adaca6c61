package observatory.trainer.fault;

import observatory.probe.Hook;
import observatory.trainer.Corpus;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.Sampling.Draw;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;

/** What a planned fault changes, by the place of the step where it does so. Pure but for the weights it strikes. */
public sealed interface Pathology {

    /** Replaces the tokens of a batch; its places still name what should have been read. */
    non-sealed interface InTokens extends Pathology {
        TokenBatch instead(TokenBatch drawn, ModelSpec model, long step);
    }

    /** Draws other samples than planned. */
    non-sealed interface InDrawing extends Pathology {
        Draw instead(Draw planned, Corpus corpus, Copy copy);
    }

    /** Changes what the step is told: rate, optimiser constants, loss scale. */
    non-sealed interface InSettings extends Pathology {
        StepSettings instead(StepSettings planned, TrainingSpec training);
    }

    /** Damages the model before the step, where {@code rank} is that of this copy, of {@code ranks}. */
    non-sealed interface InWeights extends Pathology {
        void strike(ModelState state, ModelSpec model, Copy copy);
    }

    /** Damages what passes a hook of the middle layer. */
    non-sealed interface InActivations extends Pathology {
        Hook hook();

        Damage damage();
    }

    /** No fault at all. */
    enum None implements Pathology {
        NONE
    }

    /** One of the data-parallel copies of a model, counted from 0. */
    record Copy(int rank, int ranks) {
        boolean last() {
            return rank == ranks - 1;
        }
    }
}
