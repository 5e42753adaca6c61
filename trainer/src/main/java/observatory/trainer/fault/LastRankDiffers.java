package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;

/** The last rank's copy of one matrix drifts from the others' by a tenth: no gradient exchange ever repairs it. */
public final class LastRankDiffers implements Pathology.InWeights {
    private static final float FACTOR = 1.1f;

    @Override
    public void strike(ModelState state, ModelSpec model, Copy copy) {
        if (copy.ranks() > 1 && copy.last()) {
            Weights.change(state, "layers." + model.layers() / 2 + ".mlp.up", weights -> {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] *= FACTOR;
                }
            });
        }
    }
}
