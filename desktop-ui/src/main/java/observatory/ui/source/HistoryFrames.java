package observatory.ui.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Sites;

/**
 * A bucket of the decimated history as frames that a chart draws alike: the smallest, the largest and the last
 * values of the bucket at steps within it, and a NaN where there was one. For the eye they are the run until the
 * run itself is read.
 */
final class HistoryFrames {
    private static final String FIRST_STEP = "bucket_first_step";

    private HistoryFrames() {}

    static List<Frame> of(Frame bucket) {
        long last = bucket.step();
        long first = (long) bucket.scalars().find(FIRST_STEP).orElse(last);
        Map<Long, String> parts = new LinkedHashMap<>();
        if (last - first >= 3) {
            parts.put(last - 1, ".nan");
        }
        if (last - first >= 2) {
            parts.put(first, ".min");
        }
        if (last - first >= 1) {
            parts.put(first + (last - first) / 2, ".max");
        }
        parts.put(last, ".last");
        List<Frame> frames = new ArrayList<>();
        parts.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(part -> {
            Frame frame = part(bucket, part.getKey(), part.getValue());
            if (!frame.scalars().names().isEmpty() || !frame.sites().columns().isEmpty()) {
                frames.add(frame);
            }
        });
        return frames;
    }

    private static Frame part(Frame bucket, long step, String ending) {
        Scalars.Builder scalars = new Scalars.Builder();
        for (int i = 0; i < bucket.scalars().names().size(); i++) {
            String name = bucket.scalars().names().get(i);
            if (name.endsWith(ending)) {
                double value =
                        ending.equals(".nan") ? Double.NaN : bucket.scalars().values()[i];
                scalars.put(name.substring(0, name.length() - ending.length()), value);
            }
        }
        List<Column> columns = new ArrayList<>();
        for (Column column : bucket.sites().columns()) {
            if (column.metric().endsWith(ending) && !ending.equals(".nan")) {
                String metric = column.metric().substring(0, column.metric().length() - ending.length());
                columns.add(new Column(metric, column.at(), column.values()));
            }
        }
        return new Frame(
                bucket.origin(),
                bucket.seq(),
                step,
                bucket.time(),
                scalars.build(),
                new Sites(bucket.sites().sites(), columns),
                Optional.empty());
    }
}
