package observatory.ui.chart;

import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * A debiased exponential moving average of a series: {@code a = w^d a + (1 - w^d) x}, shown as {@code a / (1 - w^n)},
 * where d is the distance to the row before in strides and n the sum of these. What is not finite passes unsmoothed
 * and leaves the average as it is; a restart begins it anew. Follows its source as that grows; one thread.
 */
public final class Ema {
    private final StepIndex index;
    private final Series source;
    private final double weight;
    private final Series smooth = new Series();
    private double average;
    private double keep; // w^n: the share of the start value that is left in the average

    /** @param weight of the past, from 0 (no smoothing) to below 1 */
    public Ema(StepIndex index, Series source, double weight) {
        if (!(weight >= 0 && weight < 1)) {
            throw new IllegalArgumentException("a smoothing weight lies in [0, 1): weight=" + weight);
        }
        this.index = index;
        this.source = source;
        this.weight = weight;
        this.keep = 1;
    }

    public double weight() {
        return weight;
    }

    public Series source() {
        return source;
    }

    /** The smoothed rows up to where the source has come. */
    public Series series() {
        int end = Math.min(index.size(), source.size());
        double stride = index.stride();
        for (int row = smooth.size(); row < end; row++) {
            float value = source.at(row);
            if (Series.isAbsent(value)) {
                smooth.appendAbsent();
                continue;
            }
            if (Float.isNaN(value) || Float.isInfinite(value)) {
                smooth.append(value);
                continue;
            }
            long distance = row == 0 ? 1 : index.step(row) - index.step(row - 1);
            if (distance <= 0) {
                average = 0;
                keep = 1;
            }
            double past = Math.pow(weight, Math.max(1, distance / stride));
            average = past * average + (1 - past) * value;
            keep *= past;
            smooth.append(average / (1 - keep));
        }
        return smooth;
    }
}
