package observatory.ui.compare;

import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** One scalar of a run over another axis than its steps; grows with the run. */
final class Aligned {
    private final Recording run;
    private final Series source;
    private final Alignment by;
    private final long zero;
    private final StepIndex.Growing axis = new StepIndex.Growing();
    private final Series values = new Series();

    /** @param zero the step or time that stands at 0 */
    Aligned(Recording run, Series source, Alignment by, long zero) {
        this.run = run;
        this.source = source;
        this.by = by;
        this.zero = zero;
    }

    long zero() {
        return zero;
    }

    Series source() {
        return source;
    }

    Alignment by() {
        return by;
    }

    StepIndex index() {
        int end = Math.min(run.frames().size(), source.size());
        for (int row = values.size(); row < end; row++) {
            float value = source.at(row);
            if (Series.isAbsent(value)) {
                values.appendAbsent();
            } else {
                values.append(value);
            }
            axis.append(place(row));
        }
        return axis.index();
    }

    Series values() {
        return values;
    }

    private long place(int row) {
        return switch (by) {
            case STEP -> run.frames().step(row);
            case FIRST_INCIDENT -> run.frames().step(row) - zero;
            case TOKENS -> rising(run.tokens(row));
            case TIME -> rising(run.millis(row) - zero);
        };
    }

    /** Neither tokens nor time go back with a restart: what does not rise would be drawn as begun again. */
    private long rising(long place) {
        StepIndex before = axis.index();
        return before.empty() ? place : Math.max(place, before.lastStep() + 1);
    }
}
