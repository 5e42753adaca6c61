package observatory.trainer.cpu;

import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.trainer.Fault;

/**
 * What happens to a tensor as the step passes a hook: a planned fault damages it, it is rounded to the format of the
 * run, and then it is observed. So what is observed is what the next operation reads.
 */
final class HookLines {
    private static final float OUTLIER = 1 << 24;

    private final Fault fault;
    private final int faultyLayer;
    private final Rounding rounding;
    private final Instruments<Tensor> instruments;
    private final Elementwise elementwise;
    private long step;

    HookLines(Fault fault, int layers, Rounding rounding, Instruments<Tensor> instruments, Elementwise elementwise) {
        this.fault = fault;
        this.faultyLayer = layers / 2;
        this.rounding = rounding;
        this.instruments = instruments;
        this.elementwise = elementwise;
    }

    void beginStep(long step) {
        this.step = step;
    }

    void pass(Hook hook, int layer, Tensor tensor) {
        if (layer == faultyLayer) {
            damage(hook, tensor);
        }
        rounding.round(tensor);
        instruments.at(hook, layer, tensor);
    }

    private void damage(Hook hook, Tensor tensor) {
        if (hook == Hook.MLP_HIDDEN && fault.active(Fault.Kind.FP16_OVERFLOW, step)) {
            elementwise.scale(tensor, OUTLIER);
        }
        if (hook == Hook.MLP_OUT && fault.active(Fault.Kind.NAN, step)) {
            tensor.set(tensor.size() / 2, Float.NaN);
        }
    }
}
