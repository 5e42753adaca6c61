package observatory.trainer.fault;

import observatory.probe.Hook;

/** An outlier feature multiplies the hidden MLP activations by 2^24, beyond what fp16 holds. */
public final class OutlierFeature implements Pathology.InActivations {
    @Override
    public Hook hook() {
        return Hook.MLP_HIDDEN;
    }

    @Override
    public Damage damage() {
        return new Damage.Scale(0x1p24f);
    }
}
