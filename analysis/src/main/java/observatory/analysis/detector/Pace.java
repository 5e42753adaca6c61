package observatory.analysis.detector;

/**
 * How many steps lie between two points of a series. Values of single steps and means or samples of many are different
 * series: where the distance grows five-fold and stays, a baseline has to begin anew.
 *
 * @param last step of the newest point, -1 before the first
 * @param usual steps between points, a slow average; 0 while unknown
 * @param longer points in a row that came after a much longer distance
 */
record Pace(long last, double usual, int longer) {
    private static final double MUCH = 5;
    private static final double SLOW = 0.1;
    /** A log of every step may lack some: where most points follow the one before by a step, the next one tells. */
    private static final double MOSTLY_ONE = 1.5;

    static Pace start() {
        return new Pace(-1, 0, 0);
    }

    Pace to(long step) {
        if (last < 0 || step <= last) {
            return new Pace(step, usual, 0);
        }
        double distance = step - last;
        if (usual == 0) {
            return new Pace(step, distance, 0);
        }
        if (distance < MUCH * usual) {
            return new Pace(step, usual + SLOW * (distance - usual), 0);
        }
        return longer == 0 ? new Pace(step, usual, 1) : new Pace(step, distance, 2);
    }

    /** Whether the point before this state was the second in a row at a new, much longer distance. */
    boolean changed() {
        return longer == 2;
    }

    boolean everyStep() {
        return usual < MOSTLY_ONE;
    }
}
