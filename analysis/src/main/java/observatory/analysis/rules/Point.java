package observatory.analysis.rules;

/** What a published rule sees of a step: loss and gradient norm; NaN where one was not logged, or is NaN. */
public record Point(long step, double loss, double gradientNorm, boolean hasNorm) {}
