package observatory.cli.train;

import java.util.ArrayList;
import java.util.List;

/**
 * What observing costs, from what each frame says of its own step. As in {@code bench probes}, steps are taken ten at a
 * time, the period of the continuous pack, and the median over these blocks is what observing costs a run that goes on;
 * over all steps it costs more, because loops that are still interpreted take a hundred times as long.
 */
final class Overhead {
    private static final int BLOCK = 10;

    private final List<Double> blocks = new ArrayList<>();
    private int inBlock;
    private double blockTraining;
    private double blockObserving;
    private double training;
    private double observing;

    /**
     * Observer's seconds over the others of the same steps.
     *
     * @param typical the median block; of all steps where not even one block is full
     */
    record Ratio(double typical, double ofAll) {}

    /** Takes in a step: its whole time, and what of that observers took. */
    void step(double seconds, double observerSeconds) {
        double rest = Math.max(0, seconds - observerSeconds);
        training += rest;
        observing += observerSeconds;
        blockTraining += rest;
        blockObserving += observerSeconds;
        if (++inBlock == BLOCK) {
            blocks.add(over(blockObserving, blockTraining));
            inBlock = 0;
            blockTraining = 0;
            blockObserving = 0;
        }
    }

    Ratio ratio() {
        double ofAll = over(observing, training);
        if (blocks.isEmpty()) {
            return new Ratio(ofAll, ofAll);
        }
        double[] sorted =
                blocks.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double typical = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Ratio(typical, ofAll);
    }

    private static double over(double part, double rest) {
        return rest > 0 ? part / rest : 0;
    }
}
