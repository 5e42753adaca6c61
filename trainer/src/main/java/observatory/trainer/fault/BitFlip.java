package observatory.trainer.fault;

import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;

/** The highest bit of the exponent of one weight flips, as from a faulty memory cell: the weight grows by 2^128. */
public final class BitFlip implements Pathology.InWeights {
    private static final int BIT = 1 << 30;

    @Override
    public void strike(ModelState state, ModelSpec model, Copy copy) {
        Weights.change(state, "layers." + model.layers() / 2 + ".mlp.down", weights -> {
            int middle = weights.length / 2;
            weights[middle] = Float.intBitsToFloat(Float.floatToRawIntBits(weights[middle]) ^ BIT);
        });
    }
}
