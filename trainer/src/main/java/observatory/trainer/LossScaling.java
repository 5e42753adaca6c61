package observatory.trainer;

/**
 * How the loss scale of an fp16 run is steered; each is the published state machine with its published defaults.
 *
 * @param initial the scale of the first step
 * @param window good steps until the scale grows
 * @param hysteresis overflows until the scale falls; 1 for those that fall at once
 */
public record LossScaling(Kind kind, double initial, int window, int hysteresis) {
    public static final LossScaling STATIC = new LossScaling(Kind.STATIC, 0x1p16, 1, 1);
    /** torch/amp/grad_scaler.py; apex's scaler moves alike below its maximum of 2^24. */
    public static final LossScaling TORCH = new LossScaling(Kind.TORCH, 0x1p16, 2000, 1);
    /** Megatron-LM, core/optimizer/grad_scaler.py. */
    public static final LossScaling MEGATRON = new LossScaling(Kind.MEGATRON, 0x1p32, 1000, 2);
    /** DeepSpeed, runtime/fp16/loss_scaler.py with the defaults of its configuration. */
    public static final LossScaling DEEPSPEED = new LossScaling(Kind.DEEPSPEED, 0x1p16, 1000, 2);
    /** metaseq, optim/dynamic_loss_scaler.py. */
    public static final LossScaling OPT = new LossScaling(Kind.OPT, 4, 256, 1);

    public enum Kind {
        /** Never moves. */
        STATIC,
        TORCH,
        MEGATRON,
        DEEPSPEED,
        OPT
    }

    public LossScaling {
        if (!(initial > 0) || Double.isInfinite(initial)) {
            throw new IllegalArgumentException("a loss scale is above 0: initial=" + initial + "; try 65536");
        }
        if (window < 1 || hysteresis < 1) {
            throw new IllegalArgumentException("window and hysteresis of a loss scale are at least 1: window=" + window
                    + ", hysteresis=" + hysteresis);
        }
    }

    /** The defaults of a kind. */
    public static LossScaling of(Kind kind) {
        return switch (kind) {
            case STATIC -> STATIC;
            case TORCH -> TORCH;
            case MEGATRON -> MEGATRON;
            case DEEPSPEED -> DEEPSPEED;
            case OPT -> OPT;
        };
    }

    public LossScaling withInitial(double other) {
        return new LossScaling(kind, other, window, hysteresis);
    }

    public LossScaling withWindow(int other) {
        return new LossScaling(kind, initial, other, hysteresis);
    }

    /** Where the scaler of a run in this format begins; only fp16 is scaled. */
    public LossScaler start(Precision precision) {
        if (!precision.scaled()) {
            return new LossScaler.Unscaled();
        }
        return switch (kind) {
            case STATIC -> new LossScaler.Static(initial);
            case TORCH -> new LossScaler.Torch(initial, window, 0);
            case MEGATRON ->
                new LossScaler.Megatron(initial, new LossScaler.Patience(window, hysteresis), 0, hysteresis);
            case DEEPSPEED ->
                new LossScaler.DeepSpeed(initial, new LossScaler.Patience(window, hysteresis), 0, -1, hysteresis);
            case OPT -> new LossScaler.Opt(initial, window, 0, -1);
        };
    }
}
