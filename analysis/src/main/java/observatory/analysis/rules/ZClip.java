package observatory.analysis.rules;

/**
 * R17: z of the gradient norm over a moving mean and variance, fed with the clipped norm (ZClip); meant for clipping.
 */
final class ZClip implements PublishedRule {
    private final Running warmUp = new Running(25);
    private double mean;
    private double variance;
    private boolean ready;

    @Override
    public String name() {
        return "R17 ZClip: gradient z > 2.5, EMA 0.97";
    }

    @Override
    public boolean fires(Point point) {
        if (!point.hasNorm()) {
            return false;
        }
        double norm = point.gradientNorm();
        if (!ready) {
            warmUp.add(norm);
            if (warmUp.full()) {
                ready = true;
                mean = warmUp.mean();
                variance = warmUp.deviation(0) * warmUp.deviation(0);
            }
            return false;
        }
        double deviation = Math.sqrt(variance);
        double z = (norm - mean) / (deviation + 1e-6);
        double clipped = z > 2.5 ? mean + 2.5 * deviation / (z / 2.5) : norm;
        mean = 0.97 * mean + 0.03 * clipped;
        variance = 0.97 * variance + 0.03 * (clipped - mean) * (clipped - mean);
        return z > 2.5;
    }
}
