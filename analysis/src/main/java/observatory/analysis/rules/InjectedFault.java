package observatory.analysis.rules;

import java.util.Random;

/**
 * What is added to a healthy loss from one point on, by size in deviations of its noise: how small a fault may be and
 * still be found.
 */
public enum InjectedFault {
    SPIKE("a spike that decays over 10 points, by its height", 6, 8, 12, 20) {
        @Override
        double at(int since, double size) {
            return size * Math.exp(-since / 10.0);
        }
    },
    SHELF("a shelf of 100 points, by its height", 4, 6, 8, 12) {
        @Override
        double at(int since, double size) {
            return since < 100 ? size : 0;
        }
    },
    SLOPE("a slope without an end, per point", 0.001, 0.003, 0.01, 0.03) {
        @Override
        double at(int since, double size) {
            return size * since;
        }
    };

    /** Healthy points before the fault. */
    static final int BEFORE = 2000;
    /** Points with it, and after it. */
    static final int AFTER = 4000;

    private static final double NOISE = 0.05;

    private final String words;
    private final double[] sizes;

    InjectedFault(String words, double... sizes) {
        this.words = words;
        this.sizes = sizes;
    }

    public String words() {
        return words;
    }

    /** Deviations of the noise. */
    public double[] sizes() {
        return sizes.clone();
    }

    /** Deviations added so many points after its beginning. */
    abstract double at(int since, double size);

    double[] losses(double size, Random random) {
        double[] losses = new double[BEFORE + AFTER];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = HealthyCurve.trend(i) + NOISE * random.nextGaussian();
            losses[i] += i < BEFORE ? 0 : NOISE * at(i - BEFORE, size);
        }
        return losses;
    }
}
