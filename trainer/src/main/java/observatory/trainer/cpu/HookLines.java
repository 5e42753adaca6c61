package observatory.trainer.cpu;

import observatory.probe.Hook;
import observatory.probe.Instruments;
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
    private long step;
    private boolean inStep;

    HookLines(
            Fault fault, ModelSpec model, Rounding rounding, Instruments<Tensor> instruments, Elementwise elementwise) {
        this.fault = fault;
        this.model = model;
        this.rounding = rounding;
        this.instruments = instruments;
        this.elementwise = elementwise;
    }

    void beginStep(long step) {
        this.step = step;
        this.inStep = true;
    }

    void endStep() {
        inStep = false;
    }

    void pass(Hook hook, int layer, Tensor tensor) {
        if (inStep) {
            fault.damage(hook, layer, model, step).ifPresent(damage -> apply(damage, tensor));
        }
        rounding.round(tensor);
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
