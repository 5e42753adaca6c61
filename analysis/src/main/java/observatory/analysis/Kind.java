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

    /** What a kind is about. */
    public enum Subject {
        /** What happens to the model itself. */
        MODEL,
        /** What the model is trained on, by and towards. */
        TRAINING,
        /** How fast it is trained, and how well that is recorded. */
        RUNNING
    }

    public Subject subject() {
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
                    DEAD_UNITS -> Subject.MODEL;
            case DUPLICATE_DATA, MIXTURE_SHIFT, NOISE_SCALE, SCALING_LAG, RANK_DISAGREEMENT -> Subject.TRAINING;
            case THROUGHPUT, STRAGGLER, RESTART, STALLED, TELEMETRY_LOST, DUPLICATE_WRITER, SUSPICIOUS_LOG ->
                Subject.RUNNING;
        };
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
