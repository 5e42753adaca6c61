package observatory.trainer.cpu;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Site;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.fault.Damage;

/**
 * What happens to a tensor as the step passes a hook: a planned fault damages it, it is rounded to the format of the
 * run, and then it is observed. So what is observed is what the next operation reads. Outside a step, in a validation,
 * nothing is damaged or observed.
 */
final class HookLines {
    private final Fault fault;
    private final ModelSpec model;
    private final Rounding rounding;
    private final Instruments<Tensor> instruments;
    private final Elementwise elementwise;
    private final Set<Site> wide;
    private long step;
    private boolean inStep;
    private int sequences;
    private float ownFactor;

    /** @param wide where a tensor stays in fp32 whatever the format of the run */
    HookLines(
            Fault fault,
            ModelSpec model,
            Rounding rounding,
            Instruments<Tensor> instruments,
            Elementwise elementwise,
            Set<Site> wide) {
        this.fault = fault;
        this.model = model;
        this.rounding = rounding;
        this.instruments = instruments;
        this.elementwise = elementwise;
        this.wide = wide;
    }

    void beginStep(long step) {
        this.step = step;
        this.inStep = true;
    }

    void endStep() {
        inStep = false;
    }

    /**
     * Begins a pass of a step.
     *
     * @param sequences of the pass
     * @param ownFactor makes a gradient as it is computed, which is of the scaled mean loss of all the step's sequences,
     *     one of the mean loss of this pass
     */
    void beginPass(int sequences, double ownFactor) {
        this.sequences = sequences;
        this.ownFactor = (float) ownFactor;
    }

    int sequences() {
        return sequences;
    }

    float ownFactor() {
        return ownFactor;
    }

    /** Whether a tensor that only serves observers is to be made. */
    boolean wants(Hook hook) {
        return inStep && instruments.wants(hook);
    }

    /** Makes and shows what only serves observers; what goes wrong is their loss, and the step goes on. */
    void making(Hook hook, Runnable work) {
        if (inStep) {
            instruments.making(hook, work);
        }
    }

    /** Shows a tensor that only serves observers: nothing of the model, so it is neither damaged nor rounded. */
    void show(Hook hook, int layer, Tensor tensor) {
        if (inStep) {
            instruments.at(hook, layer, tensor);
        }
    }

    /** The same at a parameter. */
    void show(Site site, Tensor tensor) {
        if (inStep) {
            instruments.at(site, tensor);
        }
    }

    void pass(Hook hook, int layer, Tensor tensor) {
        if (inStep) {
            fault.damage(hook, layer, model, step).ifPresent(damage -> apply(damage, tensor));
        }
        if (wide.isEmpty() || !wide.contains(Site.of(hook, layer))) {
            rounding.round(tensor);
        }
        if (inStep) {
            instruments.at(hook, layer, tensor);
        }
    }

    private void apply(Damage damage, Tensor tensor) {
        switch (damage) {
            case Damage.Scale scale -> elementwise.scale(tensor, scale.factor());
            case Damage.SetMiddle set -> tensor.set(tensor.size() / 2, set.value());
        }
    }
}
