package observatory.trainer;

/** The loss scale as a state: what it is, and what it becomes after a step whose gradient did or did not overflow. */
public sealed interface LossScaler {
    double scale();

    LossScaler after(boolean overflow);

    /** A scaler that gives up, as its original does. */
    final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted(String message) {
            super(message);
        }
    }

    /** Good steps until growth, and overflows until the scale falls. */
    record Patience(int window, int hysteresis) {}

    /** Formats that need no scaling. */
    record Unscaled() implements LossScaler {
        @Override
        public double scale() {
            return 1;
        }

        @Override
        public LossScaler after(boolean overflow) {
            return this;
        }
    }

    record Static(double scale) implements LossScaler {
        @Override
        public LossScaler after(boolean overflow) {
            return this;
        }
    }

    /** Halved at each overflow, doubled after {@code window} good steps in a row, never to infinity. */
    record Torch(double scale, int window, int good) implements LossScaler {
        @Override
        public LossScaler after(boolean overflow) {
            if (overflow) {
                return new Torch(scale * 0.5, window, 0);
            }
            if (good + 1 < window) {
                return new Torch(scale, window, good + 1);
            }
            return new Torch(scale * 2 > Float.MAX_VALUE ? scale : scale * 2, window, 0);
        }
    }

    /** Halved once {@code left} overflows have come since the last growth, and at each further one; at least 1. */
    record Megatron(double scale, Patience patience, int good, int left) implements LossScaler {
        @Override
        public LossScaler after(boolean overflow) {
            if (overflow) {
                return new Megatron(left > 1 ? scale : Math.max(1, scale * 0.5), patience, 0, left - 1);
            }
            if (good + 1 < patience.window) {
                return new Megatron(scale, patience, good + 1, left);
            }
            return new Megatron(scale * 2, patience, 0, patience.hysteresis);
        }
    }

    /**
     * Halved once {@code left} is used up, grown whenever the steps since the last overflow are a multiple of the
     * window. At its minimum of 1 a further overflow ends the run, as it does there.
     */
    record DeepSpeed(double scale, Patience patience, long step, long lastOverflow, int left) implements LossScaler {
        @Override
        public LossScaler after(boolean overflow) {
            if (overflow && left > 1) {
                return new DeepSpeed(scale, patience, step + 1, step, left - 1);
            }
            if (overflow && scale <= 1) {
                throw new Exhausted("the loss scale is already at its minimum, where DeepSpeed gives up: scale=" + scale
                        + "; find what overflows, or train in bf16");
            }
            if (overflow) {
                return new DeepSpeed(Math.max(1, scale / 2), patience, step + 1, step, left);
            }
            if ((step - lastOverflow) % patience.window != 0) {
                return new DeepSpeed(scale, patience, step + 1, lastOverflow, left);
            }
            return new DeepSpeed(scale * 2, patience, step + 1, lastOverflow, patience.hysteresis);
        }
    }

    /**
     * As metaseq trained OPT: the window doubles as the scale grows and halves as it falls; at 2⁻⁵ it falls no more.
     */
    record Opt(double scale, int window, long step, long lastOverflow) implements LossScaler {
        private static final double MINIMUM = 0x1p-5;

        @Override
        public LossScaler after(boolean overflow) {
            if (overflow) {
                return new Opt(Math.max(MINIMUM, scale / 2), Math.max(1, window / 2), step + 1, step);
            }
            if ((step - lastOverflow) % window != 0) {
                return new Opt(scale, window, step + 1, lastOverflow);
            }
            return new Opt(scale * 2, window * 2, step + 1, lastOverflow);
        }
    }
}
