package observatory.analysis.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/** The values of one log on their way into frames: named in our words, joined by step, with remarks on what was odd. */
final class Recording implements Values {
    private static final int MOST_REMARKS = 20;

    private final FrameWriter out;
    private final StepJoin join;
    private final SeriesNames names;
    private final Set<String> remarks = new LinkedHashSet<>();
    private long skipped;
    private boolean partial;

    Recording(LogSource source, SeriesNames names, Consumer<? super Telemetry> sink) {
        this.out = new FrameWriter(source.name(), sink);
        this.join = new StepJoin(out);
        this.names = names;
        source.follower().ifPresent(follower -> follower.whenQuiet(join::flush));
    }

    @Override
    public void put(long step, Instant time, String tag, double value) {
        join.put(step, time, names.of(tag), value);
    }

    @Override
    public void remark(String sentence) {
        if (remarks.size() < MOST_REMARKS) {
            remarks.add(sentence);
        }
    }

    /** The writer says that it begins at this step, or begins again. */
    void startsAt(long step) {
        join.startsAt(step);
    }

    /** So many records or lines were damaged and left out. */
    void skip(long count) {
        skipped += count;
    }

    /** Why nothing behind this place can be read. */
    void endsDamaged(String sentence) {
        partial = true;
        remark(sentence);
    }

    /** Hands over what is still open. */
    Reading finish() {
        join.flush();
        List<String> all = new ArrayList<>(remarks);
        if (skipped > 0) {
            all.add(skipped + (skipped == 1 ? " damaged record was" : " damaged records were") + " left out");
        }
        if (join.refused() > 0) {
            all.add(join.refused() + " values of too many different series were left out");
        }
        if (join.late() > 0) {
            all.add(join.late() + " values of steps long past were left out");
        }
        if (out.incarnation() > 0) {
            all.add("the step goes back " + times(out.incarnation()) + ": the run was restarted");
        }
        return new Reading(out.written(), skipped, partial, all);
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }
}
