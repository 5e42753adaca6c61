package observatory.analysis;

import java.util.Locale;

/** What can go wrong with a training run. The label is the name on the wire and in reports. */
public enum Kind {
    NON_FINITE,
    OVERFLOW,
    LOSS_SPIKE,
    DIVERGENCE,
    SLOW_DIVERGENCE,
    GRADIENT_SPIKE,
    GRADIENT_DRIFT,
    GRADIENT_EXPLOSION,
    LOSS_SCALE_COLLAPSE,
    UNDERFLOW,
    DATA_OUTLIER,
    BAD_BATCH,
    DUPLICATE_DATA,
    MIXTURE_SHIFT,
    ATTENTION_GROWTH,
    LOGIT_DRIFT,
    SPECTRAL_DRIFT,
    DEAD_UNITS,
    NOISE_SCALE,
    THROUGHPUT,
    STRAGGLER,
    RANK_DISAGREEMENT,
    SCALING_LAG,
    RESTART,
    STALLED,
    TELEMETRY_LOST,
    DUPLICATE_WRITER,
    SUSPICIOUS_LOG;

    /** Whether it is something that happens to the model, and not to data, machines, or whoever writes. */
    public boolean ofTheModel() {
        return switch (this) {
            case NON_FINITE,
                    OVERFLOW,
                    LOSS_SPIKE,
                    DIVERGENCE,
                    SLOW_DIVERGENCE,
                    GRADIENT_SPIKE,
                    GRADIENT_DRIFT,
                    GRADIENT_EXPLOSION,
                    LOSS_SCALE_COLLAPSE,
                    UNDERFLOW,
                    DATA_OUTLIER,
                    BAD_BATCH,
                    ATTENTION_GROWTH,
                    LOGIT_DRIFT,
                    SPECTRAL_DRIFT,
                    DEAD_UNITS -> true;
            case DUPLICATE_DATA,
                    MIXTURE_SHIFT,
                    NOISE_SCALE,
                    THROUGHPUT,
                    STRAGGLER,
                    RANK_DISAGREEMENT,
                    SCALING_LAG,
                    RESTART,
                    STALLED,
                    TELEMETRY_LOST,
                    DUPLICATE_WRITER,
                    SUSPICIOUS_LOG -> false;
        };
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
