package observatory.analysis;

/** Kinds that follow from one another: findings of one family that come together are one incident. */
enum Family {
    /** The state of the model breaks: the loss, the gradient, the numbers, and the batch that did it. */
    INSTABILITY,
    /** Every other kind stands for itself. */
    ITSELF;

    static Family of(Kind kind) {
        return rank(kind) > 0 ? INSTABILITY : ITSELF;
    }

    static boolean joins(Kind open, Kind finding) {
        return of(open) == of(finding) && (of(open) == INSTABILITY || open == finding);
    }

    /** Which kind names an incident that has findings of several: the one nearer to the cause, then the graver. */
    static int rank(Kind kind) {
        return switch (kind) {
            case OVERFLOW -> 11;
            case NON_FINITE -> 10;
            case BAD_BATCH -> 9;
            case DIVERGENCE -> 8;
            case SLOW_DIVERGENCE -> 7;
            case LOSS_SPIKE -> 6;
            case LOSS_SCALE_COLLAPSE -> 5;
            case GRADIENT_EXPLOSION -> 4;
            case GRADIENT_SPIKE -> 3;
            case DATA_OUTLIER -> 1;
            case GRADIENT_DRIFT,
                    UNDERFLOW,
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
                    SUSPICIOUS_LOG -> 0;
        };
    }
}
