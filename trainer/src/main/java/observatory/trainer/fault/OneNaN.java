package observatory.trainer.fault;

import observatory.probe.Hook;

/** One element of the MLP output becomes NaN, as from a faulty device. */
public final class OneNaN implements Pathology.InActivations {
    @Override
    public Hook hook() {
        return Hook.MLP_OUT;
    }

    @Override
    public Damage damage() {
        return new Damage.SetMiddle(Float.NaN);
    }
}
