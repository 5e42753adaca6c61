package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;

/** Attention logits grow: before each of its steps the queries of the middle layer are multiplied by a factor. */
public record GrowingQueries(float factor) implements Pathology.InWeights {
    @Override
    public void strike(ModelState state, ModelSpec model, Copy copy) {
        String layer = "layers." + model.layers() / 2 + ".attention.";
        if (model.qkNorm()) {
            // A norm after the projection undoes its scale; its gain does not.
            Weights.change(state, layer + "query_norm.gain", gain -> scale(gain, gain.length));
            return;
        }
        Weights.change(state, layer + "qkv", qkv -> scale(qkv, model.width() * model.width()));
    }

    private void scale(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            values[i] *= factor;
        }
    }
}
