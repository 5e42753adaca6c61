package observatory.trainer.fault;

import java.util.Arrays;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.ModelState.Part;

/**
 * Half of the middle layer's MLP units die: what leads to them and from them becomes zero, moments included, so their
 * gradients are zero and they never come back.
 */
public final class DeadUnits implements Pathology.InWeights {
    @Override
    public void strike(ModelState state, ModelSpec model, Copy copy) {
        String layer = "layers." + model.layers() / 2;
        int dead = model.hidden() / 2;
        for (Part part : Part.values()) {
            // (projected, C): the first rows are the units, or their gates.
            Weights.change(state, layer + ".mlp.up", part, up -> Arrays.fill(up, 0, dead * model.width(), 0));
            if (model.activation().gated()) {
                Weights.change(
                        state,
                        layer + ".mlp.up",
                        part,
                        up -> Arrays.fill(
                                up, model.hidden() * model.width(), (model.hidden() + dead) * model.width(), 0));
            }
            // (C, hidden)
            Weights.change(state, layer + ".mlp.down", part, down -> {
                for (int row = 0; row < model.width(); row++) {
                    Arrays.fill(down, row * model.hidden(), row * model.hidden() + dead, 0);
                }
            });
        }
    }
}
